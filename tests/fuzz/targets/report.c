/* Targets: the JSON of snapshots, results, commands and errors: what is read is written and read
 * again. */
#include "targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pintop/report.h"

/* What was read is written, read and written as the same text again. */
static void same_again(char *written, char *again)
{
    fuzz_must(written != NULL && again != NULL && strcmp(written, again) == 0,
              "JSON that is another one when it is read and written");
    free(written);
    free(again);
}

static void fuzz_snapshot(const char *text, size_t len)
{
    const struct pt_snapshot *snap, *back;
    if (pt_snapshot_read(text, len, &snap, NULL) != PT_OK)
        return;
    char *json = pt_snapshot_json(snap);
    fuzz_must(pt_snapshot_read(json, strlen(json), &back, NULL) == PT_OK,
              "a snapshot that is not read");
    same_again(json, pt_snapshot_json(back));
    pt_snapshot_release(back);
    pt_snapshot_release(snap);
}

static void fuzz_result(const char *text, size_t len)
{
    const struct pt_result *result, *back;
    if (pt_result_read(text, len, &result, NULL) != PT_OK)
        return;
    char *json = pt_result_json(result);
    fuzz_must(pt_result_read(json, strlen(json), &back, NULL) == PT_OK,
              "a result that is not read");
    same_again(json, pt_result_json(back));
    pt_result_release(back);
    pt_result_release(result);
}

static void fuzz_command(const char *text, size_t len)
{
    struct pt_command *cmd, *back;
    if (pt_command_read(text, len, &cmd, NULL) != PT_OK)
        return;
    char *json = pt_command_json(cmd);
    fuzz_must(pt_command_read(json, strlen(json), &back, NULL) == PT_OK,
              "a command that is not read");
    same_again(json, pt_command_json(back));
    pt_command_free(back);
    pt_command_free(cmd);
}

/* Whatever the text is, each of the readers says so or takes it. */
int fuzz_report(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct pt_error error;
    fuzz_snapshot(text, len);
    fuzz_result(text, len);
    fuzz_command(text, len);
    if (pt_error_read(text, len, &error, NULL) == PT_OK)
        free(pt_error_json(&error));
    return 0;
}
