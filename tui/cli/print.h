/* What commands print: errors on stderr, tables and JSON on stdout. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "pintop/connector.h"
#include "pintop/error.h"

/* With is_ascii, unknown values are "-" instead of a dash. Call it before anything is printed. */
void print_init(bool is_ascii);

/* `pintop: WHAT: WHY. FIX` on stderr; returns the exit status of its code. (Not print_error: cmocka
 * has one.) */
int print_err(const struct pt_error *err);
/* From now on print_err prints `UNKNOWN - TEXT` on stdout and returns 3, as Nagios expects it of a
 * check that could not be made. */
void print_err_for_nagios(void);
/* The same text into out; nothing is printed. */
void print_err_text(const struct pt_error *err, char *out, size_t cap);

/* Flush stdout; what could not be written is an error on stderr, and status becomes 1. */
int print_finish(int status);
/* Whether every write to stdout has succeeded so far. Called right after a write, it keeps the
 * reason of a failure. */
bool print_is_ok(void);
/* Flush stdout, and keep the reason when that fails; print_finish prints it. */
void print_flush(void);

/* One JSON document as one line; frees it. Errors PT_ENOMEM (json NULL, or while printing). */
pt_code print_json(cJSON *json, struct pt_error *err);
/* Members of an object: a count (PT_UNKNOWN is null), a figure with that many decimals (NAN is
 * null), a text ("" is null), Unix milliseconds as RFC 3339 (PT_UNKNOWN is null). */
void json_count(cJSON *object, const char *name, int64_t value);
void json_figure(cJSON *object, const char *name, double value, int decimals);
void json_text(cJSON *object, const char *name, const char *text);
void json_time(cJSON *object, const char *name, int64_t real_ms);
/* Writes a time as RFC 3339 has it, in UTC with milliseconds; "" and false when it is unknown. */
enum { TIME_TEXT = 56 };
bool print_time(char out[TIME_TEXT], int64_t real_ms);
void json_error(cJSON *object, const char *name, const struct pt_error *err);

/* Cells as people read them: 1,204; 81.3; 01:52:06Z; a dash for unknown. Each returns out. */
enum { CELL_MAX = 48 };
const char *cell_count(char out[CELL_MAX], int64_t value);
const char *cell_figure(char out[CELL_MAX], double value, int decimals);
const char *cell_time(char out[CELL_MAX], int64_t real_ms);
/* Since when; "… or before" for a state that already held when pintop started to watch. */
const char *cell_since(char out[CELL_MAX], int64_t real_ms, bool is_found);
const char *cell_text(const char *text);
/* A connector's state, with its age when it is not current. */
const char *cell_state(char out[CELL_MAX], const struct pt_connector *c, int64_t now_ms);

/* A table of text: heads once ("<NAME" left, ">LAG" right aligned), then cells row by row; the
 * columns are as wide as their contents. */
struct text_table {
    const char *const *heads;
    size_t n_columns;
    char **cells;
    size_t n_cells, cap_cells;
    bool is_over; /* out of memory: table_print says that rows are missing */
};
void table_init(struct text_table *table, const char *const *heads, size_t n_columns);
/* Appends one cell, whose text is copied. */
void table_cell(struct text_table *table, const char *text);
/* Prints the table and frees it. */
void table_print(struct text_table *table);

#endif
