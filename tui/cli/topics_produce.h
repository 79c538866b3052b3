/* The record of `pintop topics produce`: from options and a file to the text that the engine takes.
 */
#ifndef CLI_TOPICS_PRODUCE_H
#define CLI_TOPICS_PRODUCE_H

#include "cli/cli.h"
#include "pintop/draft.h"

struct topics_record {
    struct pt_draft draft; /* without its value */
    bool has_partition, is_null;
    const char *file; /* NULL or "-": standard input */
    char *text;       /* as pintop/draft.h reads it; NULL until record_read */
};

/* Takes one of the options that make a record. *is_taken: whether it is one. Errors PT_EUSAGE. */
pt_code record_take(struct topics_record *record, const char *option, const char *value,
                    bool *is_taken, struct pt_error *err);
/* Reads the value and makes the text. with_value false: only what the options say, to check it.
 * Errors PT_EUSAGE, PT_EIO, PT_ENOTFOUND: the file; PT_ECANCELLED: a signal; PT_ENOMEM. */
pt_code record_read(struct topics_record *record, bool with_value, struct pt_error *err);
void record_done(struct topics_record *record);

#endif
