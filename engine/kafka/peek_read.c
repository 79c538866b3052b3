/* Reads records back, and keeps those that are wanted. */
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "kafka/peek_private.h"
#include "pintop/snapshot.h"

enum {
    VALUE_MAX = 4096,
    KEY_MAX = 256,
    HEADERS_MAX = 1024,
    MARGIN = 16 /* longer than any character's escape: tells whether a text was cut */
};

static int peek_oldest_first(const void *a, const void *b)
{
    const struct pt_peeked *left = &((const struct kept *)a)->record;
    const struct pt_peeked *right = &((const struct kept *)b)->record;
    if (left->time_ms != right->time_ms) {
        return left->time_ms < right->time_ms ? -1 : 1;
    }
    if (left->partition != right->partition) {
        return left->partition < right->partition ? -1 : 1;
    }
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int peek_newest_first(const void *a, const void *b)
{
    return peek_oldest_first(b, a);
}

void peek_keep(struct peek *peek)
{
    qsort(peek->kept, peek->n_kept, sizeof(*peek->kept),
          peek->mode == PEEK_FROM ? peek_oldest_first : peek_newest_first);
    while (peek->n_kept > peek->wanted) {
        free(peek->kept[--peek->n_kept].text);
    }
}

/* Prints at most max bytes; returns the length. */
static size_t print_text(char *out, size_t max, const void *bytes, size_t len, bool *is_cut)
{
    size_t n = printable_copy(out, max + MARGIN, bytes, len < max + MARGIN ? len : max + MARGIN);
    *is_cut = n > max;
    return *is_cut ? printable_copy(out, max + 1, bytes, max + MARGIN < len ? max + MARGIN : len)
                   : n;
}

/* Prints "name=value" lines. */
static size_t print_headers(char *out, size_t max, const rd_kafka_message_t *message, bool *is_cut)
{
    rd_kafka_headers_t *headers = NULL;
    size_t len = 0, size;
    const char *name;
    const void *value;
    *is_cut = false;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return 0;
    }
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; i++) {
        char line[HEADERS_MAX + MARGIN + 1];
        bool is_line_cut;
        size_t n = print_text(line, 200, name, strlen(name), is_cut);
        line[n++] = '=';
        n += print_text(line + n, HEADERS_MAX / 2, value ? value : "null", value ? size : 4,
                        &is_line_cut);
        *is_cut = *is_cut || is_line_cut;
        if (len + n + 1 > max) {
            *is_cut = true;
            break;
        }
        memcpy(out + len, line, n);
        len += n;
        out[len++] = '\n';
    }
    return len > 0 ? len - 1 : 0;
}

struct texts {
    char key[KEY_MAX + MARGIN + 1], value[VALUE_MAX + MARGIN + 1], headers[HEADERS_MAX];
    size_t key_len, value_len, headers_len;
    bool is_cut;
};

static void peek_print_record(struct texts *texts, const rd_kafka_message_t *message)
{
    bool is_key_cut = false, is_value_cut = false, is_headers_cut;
    texts->key_len =
        message->key ? print_text(texts->key, KEY_MAX, message->key, message->key_len, &is_key_cut)
                     : 0;
    texts->value_len = message->payload ? print_text(texts->value, VALUE_MAX, message->payload,
                                                     message->len, &is_value_cut)
                                        : 0;
    texts->headers_len =
        print_headers(texts->headers, sizeof texts->headers, message, &is_headers_cut);
    texts->is_cut = is_key_cut || is_value_cut || is_headers_cut;
}

/* Copies with a terminator; returns where the next text goes. */
static char *peek_put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    at[len] = 0;
    return at + len + 1;
}

/* Whether a record is kept; counts those of each partition that are. */
static bool peek_takes(const struct peek *peek, int32_t partition, int64_t time_ms)
{
    if (peek->mode == PEEK_AT) {
        return peek->n_kept < peek->wanted;
    }
    if (peek->mode != PEEK_FROM) {
        return true;
    }
    if (time_ms < peek->from_ms) {
        return false;
    }
    for (size_t i = 0; i < peek->n_ranges; i++) {
        peek->n_came[i] += peek->ranges[i].partition == partition;
    }
    return true;
}

static void peek_on_record(void *arg, const rd_kafka_message_t *message)
{
    struct peek *peek = arg;
    struct texts texts;
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    if (!peek_takes(peek, message->partition, time_ms)) {
        return;
    }
    peek_print_record(&texts, message);
    char *whole = peek->is_whole ? peek_whole(message) : NULL;
    size_t whole_bytes = whole ? strlen(whole) + 1 : 0;
    struct kept *kept = &peek->kept[peek->n_kept];
    kept->text_bytes = texts.key_len + texts.value_len + texts.headers_len + 3 + whole_bytes;
    kept->text = malloc(kept->text_bytes);
    if (!kept->text) {
        free(whole);
        peek->is_out_of_memory = true;
        return;
    }
    char *value = peek_put_text(kept->text, texts.key, texts.key_len);
    char *headers = peek_put_text(value, texts.value, texts.value_len);
    char *after = peek_put_text(headers, texts.headers, texts.headers_len);
    if (whole) {
        memcpy(after, whole, whole_bytes);
    }
    kept->record = (struct pt_peeked){.partition = message->partition,
                                      .offset = message->offset,
                                      .time_ms = time_ms >= 0 ? time_ms : PT_UNKNOWN,
                                      .key = message->key ? kept->text : NULL,
                                      .value = message->payload ? value : NULL,
                                      .headers = headers,
                                      .value_bytes = (int64_t)message->len,
                                      .is_cut = texts.is_cut,
                                      .whole = whole ? after : NULL};
    free(whole);
    peek->n_kept++;
    if (peek->n_kept == 2 * peek->wanted) {
        peek_keep(peek);
    }
}

static bool peek_on_tick(void *arg)
{
    const struct peek *peek = arg;
    return peek->is_out_of_memory;
}

pt_code peek_read(struct admin *admin, struct peek *peek, const char *topic,
                  struct read_range *ranges, size_t n_ranges, struct pt_error *err)
{
    const struct read_opts read = {
        .reader = &peek->reader,
        .topic = topic,
        .ranges = ranges,
        .n_ranges = n_ranges,
        .stall_ms = admin->opts.timeout_ms,
        .deadline_us = peek->deadline_us,
        .arg = peek,
        .record = peek_on_record,
        .tick = peek_on_tick,
    };
    pt_code code = read_ranges(&read, err);
    return peek->is_out_of_memory ? pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory")
                                  : code;
}

pt_code peek_or_what_came(const struct peek *peek, pt_code code, const char *says,
                          struct pt_result *result)
{
    if (code != PT_ETIMEOUT || peek->n_kept == 0)
        return code;
    admin_say(result, "%s", says);
    result->is_truncated = true;
    return PT_OK;
}
