#include "kafka/group_sum.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/text.h"
#include "kafka/asked.h"
#include "pintop/stream.h"

enum { VERSION_BYTES = 2, LIST_BYTES = 4, NAME_BYTES = 2, PARTITION_BYTES = 4 };

static size_t group_sum_number(const unsigned char *bytes, size_t n)
{
    size_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Looks a topic up in a member's subscription, or in its assignment, where a list of partitions
 * follows each name (Kafka's consumer protocol: a version, then the topics). */
static bool names_topic(const unsigned char *bytes, int size, bool is_assignment, const char *topic)
{
    size_t at = VERSION_BYTES + LIST_BYTES, topic_len = strlen(topic);
    size_t len = bytes != NULL && size > 0 ? (size_t)size : 0;
    size_t n_topics = len >= at ? group_sum_number(bytes + VERSION_BYTES, LIST_BYTES) : 0;
    for (size_t i = 0; i < n_topics && len - at >= NAME_BYTES; i++) {
        size_t name_len = group_sum_number(bytes + at, NAME_BYTES);
        at += NAME_BYTES;
        if (name_len > len - at)
            return false;
        bool is_it = name_len == topic_len && memcmp(bytes + at, topic, topic_len) == 0;
        at += name_len;
        if (is_it)
            return true;
        if (!is_assignment)
            continue;
        if (len - at < LIST_BYTES)
            return false;
        size_t n = group_sum_number(bytes + at, LIST_BYTES);
        at += LIST_BYTES;
        if (n > (len - at) / PARTITION_BYTES)
            return false;
        at += n * PARTITION_BYTES;
    }
    return false;
}

static bool group_sum_has_protocol(const struct rd_kafka_group_info *info, const char *protocol)
{
    return info->protocol_type != NULL && strcmp(info->protocol_type, protocol) == 0;
}

bool group_sum_reads(const struct rd_kafka_group_info *info, const char *topic)
{
    if (!group_sum_has_protocol(info, "consumer"))
        return false;
    /* Who subscribes to a pattern is assigned topics that its subscription does not name. */
    for (int i = 0; i < info->member_cnt; i++) {
        const struct rd_kafka_group_member_info *member = &info->members[i];
        if (names_topic(member->member_assignment, member->member_assignment_size, true, topic) ||
            names_topic(member->member_metadata, member->member_metadata_size, false, topic))
            return true;
    }
    return false;
}

bool group_sum_may_commit(const struct rd_kafka_group_info *info)
{
    bool is_without = info->protocol_type == NULL || info->protocol_type[0] == '\0';
    return info->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
           (is_without || group_sum_has_protocol(info, "consumer"));
}

void group_sum_describe(const struct rd_kafka_group_info *info, struct pt_described_group *out)
{
    char what[300];
    struct pt_error err;
    bool is_told = info->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    *out = (struct pt_described_group){.members = PT_UNKNOWN,
                                       .lag = PT_UNKNOWN,
                                       .known_lag = PT_UNKNOWN,
                                       .n_partitions = -1,
                                       .n_committed = -1,
                                       .n_unknown = -1};
    printable_str(out->group, sizeof out->group, info->group != NULL ? info->group : "");
    if (!is_told) {
        snprintf(what, sizeof what, "describe group %s", out->group);
        out->is_denied =
            kafka_asked(&err, info->err, ASK_GROUP, out->group, what, NULL) == PT_EAUTH;
        text_copy(out->why, sizeof out->why, err.what);
        text_copy(out->fix, sizeof out->fix, err.fix);
        return;
    }
    printable_str(out->state, sizeof out->state, info->state != NULL ? info->state : "");
    printable_str(out->protocol_type, sizeof out->protocol_type,
                  info->protocol_type != NULL ? info->protocol_type : "");
    /* "Dead" is how a coordinator describes a group that it does not have: also one of Kafka 4's
     * consumer protocol, which may have members. */
    if (strcmp(out->state, "Dead") != 0)
        out->members = info->member_cnt;
}

void group_sum_lag(const struct offsets_item *items, const int64_t *low, const int64_t *high,
                   size_t n, struct pt_described_group *out)
{
    out->n_committed = out->n_unknown = 0;
    out->known_lag = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_answered = items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR;
        int64_t committed = items[i].offset >= 0 ? items[i].offset : COMMITTED_NONE;
        int64_t lag = is_answered ? offsets_lag(low[i], high[i], committed) : PT_UNKNOWN;
        if (is_answered && items[i].offset >= 0)
            out->n_committed++;
        if (lag == PT_UNKNOWN)
            out->n_unknown++;
        else
            out->known_lag += lag;
    }
    if (n > 0 && out->n_unknown == (int32_t)n)
        out->known_lag = PT_UNKNOWN;
    out->lag = out->n_unknown == 0 ? out->known_lag : PT_UNKNOWN;
}

size_t group_sum_most(bool is_iam)
{
    enum { MOST = 512, MOST_WITH_IAM = 32 };
    return is_iam ? MOST_WITH_IAM : MOST;
}

int group_sum_compare(const void *a, const void *b)
{
    const struct pt_described_group *left = a, *right = b;
    /* PT_UNKNOWN is below every number. */
    if (left->known_lag != right->known_lag)
        return left->known_lag > right->known_lag ? -1 : 1;
    return strcmp(left->group, right->group);
}
