#include "cli/print.h"
#include "cli/nagios.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pintop/engine.h"
#include "pintop/snapshot.h"

enum { COLUMNS_MAX = 32 };

static const char *unknown = "\xe2\x80\x93";

void print_init(bool is_ascii)
{
    unknown = is_ascii ? "-" : "\xe2\x80\x93";
}

static bool ends_sentence(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && strchr(".!?", text[len - 1]);
}

void print_err_text(const struct pt_error *err, char *out, size_t cap)
{
    const char *what = err->what[0] ? err->what : pt_code_word(err->code);
    bool has_id = err->request_id[0] != 0;
    snprintf(out, cap, "%s%s%s%s%s%s%s", what, ends_sentence(what) ? "" : ".",
             err->fix[0] ? " " : "", err->fix,
             has_id ? (ends_sentence(err->fix) || !err->fix[0] ? " " : ". ") : "",
             has_id ? "Request id: " : "", err->request_id);
}

static bool is_for_nagios;

void print_err_for_nagios(void)
{
    is_for_nagios = true;
}

int print_err(const struct pt_error *err)
{
    char text[PT_WHAT_MAX + PT_FIX_MAX + PT_REQUEST_ID_MAX + 32];
    print_err_text(err, text, sizeof text);
    if (is_for_nagios) {
        nagios_clean(text);
        printf("UNKNOWN - %s\n", text);
        pt_log_error(err);
        return NAGIOS_UNKNOWN;
    }
    fprintf(stderr, "pintop: %s\n", text);
    pt_log_error(err);
    return pt_code_exit(err->code);
}

/* errno of the first write that failed; 0: none. It is kept, because a later flush may succeed with
 * nothing left to write. */
static int write_errno;

bool print_is_ok(void)
{
    if (!ferror(stdout)) {
        return true;
    }
    if (!write_errno) {
        write_errno = errno;
    }
    return false;
}

void print_flush(void)
{
    if (fflush(stdout) != 0 && !write_errno) {
        write_errno = errno;
    }
}

/* poll() reports a pipe without a reader, even when the errno of the failed write is lost. */
static bool print_is_pipe_closed(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int print_finish(int status)
{
    errno = 0;
    print_flush();
    if (print_is_ok() && !write_errno) {
        return status;
    }
    if (write_errno == EPIPE ||
        (!write_errno &&
         print_is_pipe_closed())) { /* a reader such as `head` has closed the pipe on purpose */
        return status;
    }
    fprintf(stderr, "pintop: cannot write to standard output: %s.\n",
            strerror(write_errno ? write_errno : EIO));
    return status ? status : 1;
}

pt_code print_json(cJSON *json, struct pt_error *err)
{
    char *text = json ? cJSON_PrintUnformatted(json) : NULL;
    cJSON_Delete(json);
    if (!text) {
        return pt_error_set(err, PT_ENOMEM, NULL, "JSON: out of memory");
    }
    puts(text);
    print_is_ok();
    free(text);
    return PT_OK;
}

void json_count(cJSON *object, const char *name, int64_t value)
{
    if (value == PT_UNKNOWN) {
        cJSON_AddNullToObject(object, name);
        return;
    }
    char text[CELL_MAX]; /* as text: a double holds only 53 bits */
    snprintf(text, sizeof text, "%" PRId64, value);
    cJSON_AddRawToObject(object, name, text);
}

void json_figure(cJSON *object, const char *name, double value, int decimals)
{
    if (!isfinite(value)) {
        cJSON_AddNullToObject(object, name);
        return;
    }
    char text[CELL_MAX];
    snprintf(text, sizeof text, "%.*f", decimals, value);
    cJSON_AddRawToObject(object, name, text);
}

void json_text(cJSON *object, const char *name, const char *text)
{
    if (text && text[0]) {
        cJSON_AddStringToObject(object, name, text);
    } else {
        cJSON_AddNullToObject(object, name);
    }
}

/* False for a time that has no date in the calendar. */
static bool split_time(int64_t real_ms, struct tm *tm)
{
    time_t seconds = (time_t)(real_ms / 1000);
    return real_ms >= 0 && gmtime_r(&seconds, tm);
}

bool print_time(char out[TIME_TEXT], int64_t real_ms)
{
    struct tm tm;
    char day[CELL_MAX];
    out[0] = 0;
    if (!split_time(real_ms, &tm)) {
        return false;
    }
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, TIME_TEXT, "%s.%03dZ", day, (int)(real_ms % 1000));
    return true;
}

void json_time(cJSON *object, const char *name, int64_t real_ms)
{
    char text[TIME_TEXT];
    if (print_time(text, real_ms)) {
        cJSON_AddStringToObject(object, name, text);
    } else {
        cJSON_AddNullToObject(object, name);
    }
}

void json_error(cJSON *object, const char *name, const struct pt_error *err)
{
    if (err->code == PT_OK) {
        cJSON_AddNullToObject(object, name);
        return;
    }
    cJSON *error = cJSON_AddObjectToObject(object, name);
    json_text(error, "code", pt_code_word(err->code));
    json_text(error, "what", err->what);
    json_text(error, "fix", err->fix);
    json_text(error, "service_code", err->service_code);
    json_text(error, "request_id", err->request_id);
}

const char *cell_count(char out[CELL_MAX], int64_t value)
{
    if (value == PT_UNKNOWN) {
        return unknown;
    }
    char digits[CELL_MAX];
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    size_t n = 0;
    for (int i = 0; i < len; i++) {
        out[n++] = digits[i];
        if (digits[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0) {
            out[n++] = ',';
        }
    }
    out[n] = 0;
    return out;
}

const char *cell_figure(char out[CELL_MAX], double value, int decimals)
{
    if (!isfinite(value)) {
        return unknown;
    }
    snprintf(out, CELL_MAX, "%.*f", decimals, value);
    return out;
}

const char *cell_time(char out[CELL_MAX], int64_t real_ms)
{
    struct tm tm;
    if (!split_time(real_ms, &tm)) {
        return unknown;
    }
    strftime(out, CELL_MAX, "%Y-%m-%d %H:%M:%SZ", &tm);
    return out;
}

const char *cell_since(char out[CELL_MAX], int64_t real_ms, bool is_found)
{
    const char *time = cell_time(out, real_ms);
    size_t len = strlen(out);
    if (is_found && time == out)
        snprintf(out + len, CELL_MAX - len, " or before");
    return time;
}

const char *cell_text(const char *text)
{
    return text && text[0] ? text : unknown;
}

const char *cell_state(char out[CELL_MAX], const struct pt_connector *c, int64_t now_ms)
{
    if (!c->is_state_stale || c->state[0] == '\0')
        return cell_text(c->state);
    snprintf(out, CELL_MAX, "%s (%" PRId64 " s old)", c->state,
             (now_ms - c->state_asked_ms) / 1000);
    return out;
}

void table_init(struct text_table *table, const char *const *heads, size_t n_columns)
{
    *table = (struct text_table){.heads = heads, .n_columns = n_columns};
}

void table_cell(struct text_table *table, const char *text)
{
    if (table->n_cells == table->cap_cells) {
        size_t cap = table->cap_cells ? 2 * table->cap_cells : 64;
        char **cells = realloc(table->cells, cap * sizeof *cells);
        if (!cells) {
            table->is_over = true;
            return;
        }
        table->cells = cells;
        table->cap_cells = cap;
    }
    char *copy = strdup(text);
    table->is_over |= !copy;
    table->cells[table->n_cells++] = copy;
}

/* Counts characters, not bytes. Texts in these tables have no wide or combining characters. */
static size_t print_width(const char *text)
{
    size_t n = 0;
    for (; text && *text; text++) {
        n += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return n;
}

static void print_cell(const char *head, const char *text, size_t wide, bool is_last)
{
    int pad = (int)(wide - print_width(text));
    if (head[0] == '>') {
        printf("%*s%s", pad, "", text);
    } else if (is_last) {
        fputs(text, stdout);
    } else {
        printf("%s%*s", text, pad, "");
    }
    fputs(is_last ? "\n" : "  ", stdout);
}

static size_t column_width(const struct text_table *table, size_t column)
{
    size_t wide = print_width(table->heads[column] + 1);
    for (size_t i = column; i < table->n_cells; i += table->n_columns) {
        size_t w = print_width(table->cells[i]);
        wide = w > wide ? w : wide;
    }
    return wide;
}

void table_print(struct text_table *table)
{
    size_t wide[COLUMNS_MAX] = {0};
    size_t n = table->n_columns;
    assert(n > 0 && n <= COLUMNS_MAX);
    for (size_t i = 0; i < n; i++) {
        wide[i] = column_width(table, i);
        print_cell(table->heads[i], table->heads[i] + 1, wide[i], i + 1 == n);
    }
    for (size_t i = 0; i < table->n_cells; i++) {
        size_t column = i % n;
        const char *text = table->cells[i] ? table->cells[i] : "";
        print_cell(table->heads[column], text, wide[column], column + 1 == n);
        print_is_ok();
        free(table->cells[i]);
    }
    free(table->cells);
    if (table->is_over) {
        fputs("(incomplete: out of memory)\n", stdout);
    }
    memset(table, 0, sizeof *table);
}
