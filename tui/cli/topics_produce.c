#include "cli/topics_produce.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "term/signals.h"

enum { RECORD_PARTITION_MAX = 9999999, RECORD_READ_BYTES = 1 << 16 };

/* ---- options ---- */

static pt_code record_take_header(struct topics_record *record, const char *value,
                                  struct pt_error *err)
{
    const char *equals = strchr(value, '=');
    struct pt_draft *draft = &record->draft;
    if (equals == value || value[0] == '\0')
        return pt_error_set(err, PT_EUSAGE, "Write --header NAME=VALUE.",
                            "--header '%s': the name is missing", value);
    if (draft->n_headers == PT_DRAFT_HEADERS_MAX)
        return pt_error_set(err, PT_EUSAGE, NULL, "--header: more than %d", PT_DRAFT_HEADERS_MAX);
    struct pt_draft_header *header = &draft->headers[draft->n_headers];
    char *name = strndup(value, equals != NULL ? (size_t)(equals - value) : strlen(value));
    if (name == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "--header: out of memory");
    *header = (struct pt_draft_header){.name = name, .value = equals != NULL ? equals + 1 : NULL};
    header->value_len = equals != NULL ? strlen(equals + 1) : 0;
    draft->n_headers++;
    return PT_OK;
}

pt_code record_take(struct topics_record *record, const char *option, const char *value,
                    bool *is_taken, struct pt_error *err)
{
    int64_t partition;
    *is_taken = true;
    if (!strcmp(option, "header"))
        return record_take_header(record, value, err);
    if (!strcmp(option, "key")) {
        record->draft.key = value;
        record->draft.key_len = strlen(value);
    } else if (!strcmp(option, "null")) {
        record->is_null = true;
    } else if (!strcmp(option, "file")) {
        record->file = value;
    } else if (!strcmp(option, "partition")) {
        pt_code code =
            cli_parse_int(value, "--partition", 0, RECORD_PARTITION_MAX, &partition, err);
        if (code != PT_OK)
            return code;
        record->has_partition = true;
        record->draft.partition = (int32_t)partition;
    } else {
        *is_taken = false;
    }
    return PT_OK;
}

/* ---- the value ---- */

struct record_value {
    char *bytes;
    size_t len, cap;
};

static bool record_has_room(struct record_value *value)
{
    if (value->cap - value->len >= RECORD_READ_BYTES)
        return true;
    size_t cap = value->cap * 2 + RECORD_READ_BYTES;
    char *bytes = realloc(value->bytes, cap);
    if (bytes == NULL)
        return false;
    value->bytes = bytes;
    value->cap = cap;
    return true;
}

/* Reads once, as soon as there is something; a signal ends the wait. Returns false at the end, and
 * after an error. */
static bool record_read_some(int fd, const char *shown, struct record_value *value,
                             struct pt_error *err)
{
    struct pollfd fds[2] = {
        {.fd = fd,           .events = POLLIN},
        {.fd = signals_fd(), .events = POLLIN}
    };
    int ready = poll(fds, 2, -1);
    if (signals_stopped_by() || (ready > 0 && (fds[1].revents & POLLIN) != 0)) {
        pt_error_set(err, PT_ECANCELLED, NULL, "topics produce: nothing was done: interrupted");
        return false;
    }
    if (ready <= 0)
        return true;
    if (!record_has_room(value)) {
        pt_error_set(err, PT_ENOMEM, NULL, "topics produce: out of memory");
        return false;
    }
    ssize_t n = read(fd, value->bytes + value->len, RECORD_READ_BYTES);
    if (n < 0 && errno != EINTR)
        pt_error_set(err, PT_EIO, "Give a file that can be read, or - for standard input.",
                     "topics produce: cannot read %s: %s", shown, strerror(errno));
    value->len += n > 0 ? (size_t)n : 0;
    if (value->len > PT_DRAFT_BYTES_MAX)
        pt_error_set(err, PT_EUSAGE, "Produce it with a tool for large records.",
                     "topics produce: %s has more than %d bytes", shown, PT_DRAFT_BYTES_MAX);
    return (n > 0 || (n < 0 && errno == EINTR)) && err->code == PT_OK;
}

static pt_code record_read_value(const char *file, struct record_value *value, struct pt_error *err)
{
    bool is_input = file == NULL || !strcmp(file, "-");
    int fd = is_input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    err->code = PT_OK;
    if (fd < 0)
        return pt_error_set(err, errno == ENOENT ? PT_ENOTFOUND : PT_EIO,
                            "Give a file that can be read, or - for standard input.",
                            "topics produce: cannot read %s: %s", file, strerror(errno));
    if (is_input && isatty(STDIN_FILENO))
        fprintf(stderr, "Type the value; Ctrl-D in an empty line ends it.\n");
    while (record_read_some(fd, is_input ? "standard input" : file, value, err))
        ;
    if (!is_input)
        close(fd);
    return err->code;
}

pt_code record_read(struct topics_record *record, bool with_value, struct pt_error *err)
{
    struct record_value value = {NULL, 0, 0};
    struct pt_draft draft = record->draft;
    pt_code code = PT_OK;
    if (record->is_null && record->file != NULL)
        return pt_error_set(err, PT_EUSAGE, "Give one of them.",
                            "topics produce: --null makes a record without a value, and --file "
                            "names one");
    if (with_value && !record->is_null)
        code = record_read_value(record->file, &value, err);
    draft.value = record->is_null ? NULL : value.bytes != NULL ? value.bytes : "";
    draft.value_len = value.len;
    draft.partition = record->has_partition ? draft.partition : -1;
    free(record->text);
    record->text = code == PT_OK ? pt_draft_write(&draft, NULL) : NULL;
    free(value.bytes);
    if (code == PT_OK && record->text == NULL)
        return pt_error_set(err, PT_EUSAGE, NULL,
                            "topics produce: the record is larger than %d bytes as a text",
                            PT_DRAFT_BYTES_MAX);
    return code;
}

void record_done(struct topics_record *record)
{
    for (size_t i = 0; i < record->draft.n_headers; i++)
        free((char *)(uintptr_t)record->draft.headers[i].name);
    free(record->text);
    *record = (struct topics_record){.text = NULL};
}
