#include "kafka/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/text.h"
#include "base/utf8.h"
#include "kafka/asked.h"
#include "kafka/handle.h"

/* ------------------------------------------------------------------ an assignment's bytes */

struct bytes {
    const unsigned char *at;
    size_t left;
};

static bool group_take_number(struct bytes *b, size_t size, int32_t *out)
{
    uint32_t value = 0;
    if (b->left < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | b->at[i];
    }
    *out = size == 2 ? (int16_t)value : (int32_t)value;
    b->at += size;
    b->left -= size;
    return true;
}

static bool take_name(struct bytes *b, char *out, size_t cap)
{
    int32_t len;
    if (!group_take_number(b, 2, &len) || len < 0 || (size_t)len > b->left) {
        return false;
    }
    printable_copy(out, cap, (const char *)b->at, (size_t)len);
    b->at += len;
    b->left -= (size_t)len;
    return true;
}

static void add_owned(struct group_look *look, const char *topic, int32_t partition, size_t member)
{
    if (look->n_owned == GROUP_OWNED_MAX || !look->owned) {
        look->is_truncated = true;
        return;
    }
    struct group_owned *own = &look->owned[look->n_owned++];
    text_copy(own->topic, sizeof own->topic, topic);
    own->partition = partition;
    own->member = member;
}

bool group_read_assignment(const void *bytes, size_t len, size_t member, struct group_look *look)
{
    struct bytes b = {bytes, len};
    int32_t version, n_topics, n, partition;
    char topic[PT_TOPIC_MAX];
    if (!group_take_number(&b, 2, &version) || !group_take_number(&b, 4, &n_topics)) {
        return len == 0;
    }
    for (int32_t t = 0; t < n_topics; t++) {
        if (!take_name(&b, topic, sizeof topic) || !group_take_number(&b, 4, &n)) {
            return false;
        }
        for (int32_t p = 0; p < n; p++) {
            if (!group_take_number(&b, 4, &partition)) {
                return false;
            }
            add_owned(look, topic, partition, member);
            if (member < look->n_listed) {
                look->members[member].n_owned++;
            }
        }
    }
    return true;
}

/* ------------------------------------------------------------------ the answer */

static void take_members(const struct rd_kafka_group_info *info, struct group_look *look)
{
    bool is_consumers = strcmp(look->protocol_type, "consumer") == 0;
    look->n_members = (size_t)info->member_cnt;
    for (size_t i = 0; i < look->n_members; i++) {
        const struct rd_kafka_group_member_info *from = &info->members[i];
        if (look->n_listed == GROUP_MEMBERS_MAX) {
            look->is_truncated = true;
            return;
        }
        struct group_member *own = &look->members[look->n_listed++];
        const char *host = from->client_host ? from->client_host : "";
        printable_str(own->client_id, sizeof own->client_id,
                      from->client_id ? from->client_id : "");
        printable_str(own->id, sizeof own->id, from->member_id ? from->member_id : "");
        printable_str(own->host, sizeof own->host, host[0] == '/' ? host + 1 : host);
        if (is_consumers && from->member_assignment_size > 0) {
            group_read_assignment(from->member_assignment, (size_t)from->member_assignment_size, i,
                                  look);
        }
    }
}

static pt_code take_group(const struct rd_kafka_group_info *info, const char *what,
                          struct group_look *look, struct pt_error *err)
{
    if (info->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_asked(err, info->err, ASK_GROUP, info->group, what, NULL);
    }
    look->is_there = true;
    printable_str(look->state, sizeof look->state, info->state ? info->state : "");
    printable_str(look->protocol_type, sizeof look->protocol_type,
                  info->protocol_type ? info->protocol_type : "");
    look->members = calloc(GROUP_MEMBERS_MAX, sizeof *look->members);
    look->owned = calloc(GROUP_OWNED_MAX, sizeof *look->owned);
    if (!look->members || !look->owned) {
        return pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory", what);
    }
    take_members(info, look);
    return PT_OK;
}

pt_code group_ask(rd_kafka_t *rk, const char *group, int timeout_ms, struct group_look *look,
                  struct pt_error *err)
{
    const struct rd_kafka_group_list *list = NULL;
    char what[200];
    memset(look, 0, sizeof *look);
    snprintf(what, sizeof what, "list the members of group %.120s", group);
    rd_kafka_resp_err_t failed = rd_kafka_list_groups(rk, group, &list, timeout_ms);
    pt_code code = PT_OK;
    const struct rd_kafka_group_info *own = NULL;
    for (int i = 0; list && i < list->group_cnt; i++) {
        if (list->groups[i].group && strcmp(list->groups[i].group, group) == 0) {
            own = &list->groups[i];
        }
    }
    /* A broker that is down costs only the groups that it coordinates. */
    if (own) {
        code = take_group(own, what, look, err);
    } else if (failed == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE) {
        code = pt_error_set(err, PT_EUNSUPPORTED, NULL,
                            "%s: this cluster does not report the members of groups", what);
    } else if (failed) {
        code = kafka_asked(err, failed, ASK_GROUP, group, what, NULL);
    }
    if (list) {
        rd_kafka_group_list_destroy(list);
    }
    if (code != PT_OK) {
        group_look_done(look);
    }
    return code;
}

void group_look_done(struct group_look *look)
{
    free(look->members);
    free(look->owned);
    memset(look, 0, sizeof *look);
}

/* ------------------------------------------------------------------ where its offsets are */

int32_t group_offsets_partition(const char *group, int32_t n)
{
    const char *end = group + strlen(group);
    uint32_t hash = 0;
    /* The hash is over UTF-16 code units, as in Java. */
    while (group < end) {
        unsigned rune = (unsigned char)*group;
        size_t len = utf8_next(group, end, &rune);
        group += len > 0 ? len : 1;
        if (rune >= 0x10000) {
            hash = hash * 31 + (0xd800 + ((rune - 0x10000) >> 10));
            rune = 0xdc00 + ((rune - 0x10000) & 0x3ff);
        }
        hash = hash * 31 + rune;
    }
    int64_t value = (int32_t)hash;
    if (value == INT32_MIN) {
        return 0;
    }
    return (int32_t)((value < 0 ? -value : value) % n);
}
