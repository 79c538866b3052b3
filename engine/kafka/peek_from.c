/* The first records of a topic from a time on, over all its partitions. */
#include <stdlib.h>

#include "base/clock.h"
#include "kafka/offsets.h"
#include "kafka/peek_private.h"

static int32_t peek_leader(const struct rd_kafka_metadata_topic *topic, int32_t partition)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].id == partition) {
            return topic->partitions[i].leader;
        }
    }
    return -1;
}

pt_code peek_seek(struct admin *admin, const struct rd_kafka_metadata_topic *topic, int64_t from_ms,
                  struct read_range *ranges, size_t n, struct pt_error *err)
{
    const struct offsets_ask ask = {.rk = admin->rk, .timeout_ms = PEEK_ASK_TIMEOUT_MS};
    if (from_ms <= 0 || n == 0 || admin_live_is_mock(admin)) {
        return PT_OK;
    }
    struct offsets_item *items = calloc(n, sizeof(*items));
    if (!items) {
        return pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = (struct offsets_item){.topic = topic->topic,
                                         .partition = ranges[i].partition,
                                         .leader = peek_leader(topic, ranges[i].partition)};
    }
    pt_code code =
        offsets_watermarks(&ask, items, n, from_ms, "ask for the offsets at that time", err);
    for (size_t i = 0; code == PT_OK && i < n; i++) {
        bool is_told = items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && !items[i].is_refused;
        if (is_told && items[i].offset < 0) {
            ranges[i].next = ranges[i].end; /* all records of this partition are older */
        } else if (is_told && items[i].offset > ranges[i].next) {
            ranges[i].next = items[i].offset;
        }
    }
    free(items);
    return code;
}

/* The ranges that may still have some of the oldest records, each with its next offsets. */
static size_t peek_next_ranges(const struct peek *peek, int64_t span, struct read_range *next)
{
    size_t n = 0;
    for (size_t i = 0; i < peek->n_ranges; i++) {
        struct read_range range = peek->ranges[i];
        if (range.next >= range.end || peek->n_came[i] >= peek->wanted) {
            continue;
        }
        if (range.end - range.next > span) {
            range.end = range.next + span;
        }
        next[n++] = range;
    }
    return n;
}

/* A partition gives its next offsets until so many records came that no older one can follow.
 * Offsets may be empty, so what is read grows. */
static pt_code peek_read_rounds(struct admin *admin, struct peek *peek, const char *topic,
                                struct read_range *next, struct pt_error *err)
{
    pt_code code = PT_OK;
    int64_t span = (int64_t)peek->wanted;
    for (size_t n; code == PT_OK && (n = peek_next_ranges(peek, span, next)) > 0; span *= 4) {
        code = peek_read(admin, peek, topic, next, n, err);
        for (size_t i = 0, k = 0; i < n; i++, k++) {
            while (peek->ranges[k].partition != next[i].partition) {
                k++;
            }
            peek->ranges[k].next = code == PT_OK ? next[i].end : next[i].next;
        }
    }
    return code;
}

pt_code peek_read_from(struct admin *admin, struct peek *peek, const struct pt_command *cmd,
                       struct pt_result *result, struct pt_error *err)
{
    struct read_range *next = calloc(peek->n_ranges + 1, sizeof(*next));
    peek->n_came = calloc(peek->n_ranges + 1, sizeof(*peek->n_came));
    peek->from_ms = cmd->from_ms;
    pt_code code = PT_ENOMEM;
    if (next && peek->n_came) {
        code = peek_read_rounds(admin, peek, cmd->topic, next, err);
        code = peek_or_what_came(peek, code, "not all partitions answered in time", result);
    } else {
        pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    }
    free(next);
    free(peek->n_came);
    peek->n_came = NULL;
    peek_keep(peek);
    if (code == PT_OK && peek->n_kept == 0 && result->text[0] == '\0') {
        char time[40];
        clock_format_ms(cmd->from_ms, time, sizeof time);
        admin_say(result, cmd->from_ms > 0 ? "no record is from %s or later" : "there is no record",
                  time);
    }
    return code;
}
