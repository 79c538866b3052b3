/* Audit: reads the records of an account back, from its topic or from the embedded sink's
 * directory, and counts them. It is an independent check: it trusts neither the window nor the
 * delivery reports. */
#include "pintop/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/joined.h"
#include "audit/seen.h"
#include "audit/sink_audit.h"
#include "base/text.h"
#include "config/settings.h"
#include "kafka/cluster_id.h"
#include "kafka/topic_scan.h"
#include "login/auth.h"
#include "login/discovery.h"
#include "state/lock.h"

struct auditor {
    const struct pt_config *cfg;
    const struct pt_audit_opts *opts;
    struct settings set;
    char cluster_id[64];
    char bootstrap[256];
    /* of the current stream */
    enum pt_stream_id id;
    struct joined joined;
    struct seen seen;
    struct pt_audit_stream *out;
    int64_t records;
    bool is_cancelled;
};

/* ---- identity ---- */

static bool audit_parse_digits(const char *text, size_t len, uint64_t *index)
{
    uint64_t n = 0;
    if (len == 0 || len > 19)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text[i] - '0');
    }
    *index = n;
    return true;
}

/* A synthetic record contains its index as its first member: {"index":N, or {"ind":N, */
static bool value_index(enum pt_stream_id id, const char *value, size_t len, uint64_t *index)
{
    const char *name = id == PT_PIN ? "{\"index\":" : "{\"ind\":";
    size_t skip = strlen(name), digits = 0;
    if (len <= skip || memcmp(value, name, skip) != 0)
        return false;
    while (skip + digits < len && value[skip + digits] >= '0' && value[skip + digits] <= '9')
        digits++;
    return audit_parse_digits(value + skip, digits, index);
}

static void audit_count(struct auditor *a, bool has_index, uint64_t index, int32_t partition,
                        int64_t offset)
{
    /* Above the range: the unacknowledged end of a run, or records that are still being
     * generated. */
    uint64_t slack = a->opts->until < 0 ? 2 * a->set.window + 1000000 : 0;
    enum joined_kind kind = has_index ? joined_kind_of(&a->joined, index, slack) : JOINED_FOREIGN;
    a->records++;
    if (has_index && joined_is_older(&a->joined, index, partition, offset))
        return;
    if (kind == JOINED_EXPECTED || kind == JOINED_POSSIBLE)
        seen_add(&a->seen, index);
    else if (kind == JOINED_BEYOND)
        a->out->beyond++;
    else if (kind == JOINED_ELSEWHERE)
        a->out->elsewhere++;
    else
        a->out->foreign++;
}

static bool audit_tell(struct auditor *a)
{
    char text[64];
    snprintf(text, sizeof text, "%s: %" PRId64 " records", a->out->name, a->records);
    a->is_cancelled =
        a->is_cancelled || (a->opts->progress && a->opts->progress(a->opts->arg, text));
    return a->is_cancelled;
}

/* ---- the sink's directory ---- */

static bool on_object_line(void *arg, int32_t partition, int64_t offset, const char *key,
                           const char *value, size_t len)
{
    struct auditor *a = arg;
    uint64_t index = 0;
    bool has_index =
        key ? audit_parse_digits(key, strlen(key), &index) : value_index(a->id, value, len, &index);
    audit_count(a, has_index, index, partition, offset);
    return (a->records & 0xffff) != 0 || !audit_tell(a);
}

static pt_code scan_sink(struct auditor *a, struct pt_error *err)
{
    const struct checkpoint *cp = &a->joined.cp;
    struct sink_scan_from *from = calloc(cp->n_partitions + 1, sizeof *from);
    struct sink_scan_result result = {0};
    if (from == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    for (size_t p = 0; p < cp->n_partitions; p++)
        from[p] = (struct sink_scan_from){(int32_t)p, joined_start(&a->joined, p)};
    pt_code code = sink_scan(a->set.sink_dir, a->set.topics[a->id], from, cp->n_partitions,
                             on_object_line, a, &result, err);
    for (size_t i = 0; i < result.n_partitions; i++) {
        a->out->expired += result.partitions[i].expired_since;
        a->out->damaged_objects += result.partitions[i].damaged_objects;
    }
    if (result.damage.code != PT_OK)
        text_copy(a->out->damage, sizeof a->out->damage, result.damage.what);
    sink_scan_done(&result);
    free(from);
    return code;
}

/* ---- the topic ---- */

static void on_topic_record(void *arg, int32_t partition, int64_t offset, const void *key,
                            size_t key_len, const void *value, size_t len)
{
    struct auditor *a = arg;
    uint64_t index = 0;
    bool has_index =
        key ? audit_parse_digits(key, key_len, &index) : value_index(a->id, value, len, &index);
    audit_count(a, has_index, index, partition, offset);
}

static void on_record_by_hand(void *arg)
{
    audit_count(arg, false, 0, 0, 0);
}

static bool on_topic_progress(void *arg, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    return audit_tell(arg);
}

static pt_code audit_scan_topic(struct auditor *a, struct pt_error *err)
{
    const char *bootstrap = a->bootstrap[0] ? a->bootstrap : NULL;
    int32_t n = 0;
    pt_code code = topic_partitions(a->cfg, bootstrap, a->set.topics[a->id], &n, err);
    if (code == PT_OK && n < 0)
        return pt_error_set(
            err, PT_ENOTFOUND,
            "Audit another topic: this one was deleted, and nothing is left to audit",
            "audit: topic %s does not exist", a->set.topics[a->id]);
    if (code != PT_OK)
        return code;
    struct scan_partition *parts = calloc((size_t)n + 1, sizeof *parts);
    if (parts == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    for (int32_t p = 0; p < n; p++) {
        parts[p].partition = p;
        parts[p].start = joined_start(&a->joined, (size_t)p);
    }
    struct scan_opts opts = {.cfg = a->cfg,
                             .bootstrap = bootstrap,
                             .topic = a->set.topics[a->id],
                             .partitions = parts,
                             .n_partitions = (size_t)n,
                             .arg = a,
                             .record = on_topic_record,
                             .by_hand = on_record_by_hand,
                             .progress = on_topic_progress};
    code = topic_scan(&opts, err);
    for (int32_t p = 0; p < n; p++)
        a->out->expired += parts[p].expired;
    free(parts);
    return code;
}

/* ---- one stream ---- */

/* Expired records cannot be told by index: the lowest ones that were not seen are assumed to be
 * the expired ones. */
static void count_missing(struct auditor *a)
{
    struct pt_audit_stream *out = a->out;
    uint64_t absent = a->seen.n - a->seen.n_excluded - a->seen.present;
    uint64_t expired = (uint64_t)(out->expired > 0 ? out->expired : 0);
    uint64_t skip = expired < absent ? expired : absent;
    uint64_t first, last, from = a->seen.first;
    out->present = (int64_t)a->seen.present;
    out->doubled = (int64_t)a->seen.doubled;
    out->missing = (int64_t)(absent - skip);
    while (out->missing > 0 && seen_gap(&a->seen, from, &first, &last)) {
        from = last + 1;
        uint64_t len = last - first + 1;
        if (len <= skip) {
            skip -= len;
            continue;
        }
        first += skip;
        skip = 0;
        if (out->n_ranges == PT_AUDIT_RANGES) {
            out->is_truncated = true;
            break;
        }
        out->ranges[out->n_ranges][0] = (int64_t)first;
        out->ranges[out->n_ranges++][1] = (int64_t)last;
    }
}

/* Of several shards each has come to an index of its own. Notes which indexes are looked for. */
static void audit_exclude(struct auditor *a)
{
    bool has_any = false;
    for (uint64_t at = 0; a->joined.n > 1 && at < a->seen.n; at++) {
        uint64_t index = a->seen.first + at;
        enum joined_kind kind = joined_kind_of(&a->joined, index, 0);
        if (kind == JOINED_EXPECTED) {
            a->out->first_index = has_any ? a->out->first_index : (int64_t)index;
            a->out->last_index = (int64_t)index;
            has_any = true;
        } else if (kind != JOINED_POSSIBLE) {
            seen_exclude(&a->seen, index);
        }
    }
    if (a->joined.n > 1 && !has_any)
        a->out->last_index = a->out->first_index - 1;
}

/* After the scan: those that may be there or not, and were not seen, are in no gap. */
static void audit_exclude_possible(struct auditor *a)
{
    bool has_possible = a->joined.n > 1 && a->joined.n_assumed > 0;
    for (uint64_t at = 0; has_possible && at < a->seen.n; at++) {
        uint64_t index = a->seen.first + at;
        if (joined_kind_of(&a->joined, index, 0) == JOINED_POSSIBLE && !seen_has(&a->seen, index))
            seen_exclude(&a->seen, index);
    }
}

/* Where shards without an account are included, the topic is read from its beginning, and what has
 * expired there may be anybody's: it explains nothing that is missing, and that is said. */
static void audit_expired(struct auditor *a)
{
    struct pt_audit_stream *out = a->out;
    size_t len = strlen(out->shards_note);
    if (a->joined.n_assumed == 0)
        return;
    if (out->expired > 0)
        snprintf(out->shards_note + len, sizeof out->shards_note - len,
                 "; %" PRId64 " records have expired, and those of them that are in the range "
                 "count as missing",
                 out->expired);
    out->expired = 0;
}

static pt_code audit_stream(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    struct pt_audit_stream *out = a->out;
    uint64_t first = a->joined.cp.first_index, end = a->joined.cp.next_index;
    out->first_index = (int64_t)first;
    out->last_index = (int64_t)end - 1;
    out->ranges = calloc(PT_AUDIT_RANGES, sizeof *out->ranges);
    if (out->ranges == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    pt_code code = seen_init(&a->seen, first, end - first, err);
    if (code == PT_OK) {
        audit_exclude(a);
        code = is_from_sink ? scan_sink(a, err) : audit_scan_topic(a, err);
    }
    if (code == PT_OK) {
        audit_exclude_possible(a);
        audit_expired(a);
        count_missing(a);
    }
    seen_done(&a->seen);
    return code;
}

static uint64_t audit_bound(int64_t index, int64_t plus)
{
    return index >= 0 ? (uint64_t)(index + plus) : UINT64_MAX;
}

static pt_code audit_one(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    uint32_t asked = (uint32_t)a->opts->shards;
    pt_code code = joined_read(&a->joined, a->set.state_dir, a->cluster_id, a->set.topics[a->id],
                               a->set.shard, asked, err);
    /* On a host without an account the range has to be named. */
    a->out->has_account = code == PT_OK && (a->joined.n_found > 0 || a->opts->until >= 0);
    if (!a->out->has_account)
        return code;
    joined_bound(&a->joined, asked, audit_bound(a->opts->from_index, 0),
                 audit_bound(a->opts->until, 1));
    a->out->shards = a->joined.n;
    a->out->shards_found = a->joined.n_found;
    a->out->shards_assumed = a->joined.n_assumed;
    joined_describe(&a->joined, a->set.state_dir, a->out->shards_note, sizeof a->out->shards_note);
    return audit_stream(a, is_from_sink, err);
}

static pt_code audit_find_cluster(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    struct lock_note owner;
    if (!a->set.is_embedded)
        return kafka_cluster_id(a->cfg, NULL, a->cluster_id, sizeof a->cluster_id, err);
    snprintf(a->cluster_id, sizeof a->cluster_id, "embedded");
    if (is_from_sink)
        return PT_OK;
    pt_code code = lock_read(a->set.state_dir, &owner, err);
    if (code != PT_OK && code != PT_ENOTFOUND)
        return code;
    if (code == PT_ENOTFOUND || owner.bootstrap[0] == 0)
        return pt_error_set(err, PT_ENOTFOUND, "Audit the sink instead: --from sink",
                            "audit: the embedded cluster only exists while pintop runs");
    snprintf(a->bootstrap, sizeof a->bootstrap, "%s", owner.bootstrap);
    return PT_OK;
}

static pt_code audit_account(const struct pt_config *cfg, const struct pt_audit_opts *opts,
                             struct pt_audit *audit, struct pt_error *err)
{
    struct auditor *a = calloc(1, sizeof *a);
    if (a == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    a->cfg = cfg;
    a->opts = opts;
    settings_resolve(&a->set, cfg);
    audit->is_from_sink =
        opts->from == PT_AUDIT_SINK || (opts->from == PT_AUDIT_AUTO && a->set.is_embedded);
    pt_code code = PT_OK;
    if (audit->is_from_sink && !a->set.is_embedded)
        code = pt_error_set(
            err, PT_EUNSUPPORTED, "Audit the topic: --from topic",
            "audit: only the directory of the embedded sink can be read, not a bucket");
    if (code == PT_OK)
        code = audit_find_cluster(a, audit->is_from_sink, err);
    bool has_any = false;
    for (int i = 0; i < PT_STREAMS; i++) {
        a->id = (enum pt_stream_id)i;
        a->out = &audit->streams[i];
        a->records = 0;
        snprintf(a->out->name, sizeof a->out->name, "%s", pt_stream_name(a->id));
        a->out->last_index = -1;
        if (code == PT_OK && opts->streams & PT_STREAM_BIT(i))
            code = audit_one(a, audit->is_from_sink, err);
        has_any = has_any || a->out->has_account;
    }
    if (code == PT_OK && a->is_cancelled)
        code = pt_error_set(err, PT_ECANCELLED, NULL, "audit: cancelled");
    if (code == PT_OK && !has_any)
        code = pt_error_set(err, PT_EDATA,
                            "Run a stream first: pintop stream --count 1000; or name the range of "
                            "streams that run elsewhere: --until N",
                            "audit: no stream has an account for this cluster in %s",
                            a->set.state_dir);
    free(a);
    return code;
}

/* On a cluster with MSK IAM, tokens must be made while the audit runs. */
pt_code pt_audit_run(const struct pt_config *cfg, const struct pt_audit_opts *opts,
                     struct pt_audit *audit, struct pt_error *err)
{
    struct auth *auth = NULL;
    struct pt_config *found = NULL;
    bool is_to_be_found = !pt_config_get(cfg, "bootstrap.servers") && !pt_config_is_embedded(cfg);
    memset(audit, 0, sizeof *audit);
    if (!pt_config_has_cluster(cfg))
        return pt_error_set(err, PT_ECONFIG,
                            "Set the cluster with -b HOST:PORT, or use -b embedded",
                            "audit: no Kafka cluster is configured");
    pt_code code = is_to_be_found ? discovery_find(cfg, NULL, &found, err) : PT_OK;
    if (code == PT_OK)
        code = auth_start(found ? found : cfg, NULL, &auth, err);
    if (code == PT_OK)
        code = audit_account(found ? found : cfg, opts, audit, err);
    auth_stop(auth);
    pt_config_free(found);
    return code;
}

void pt_audit_done(struct pt_audit *audit)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        free(audit->streams[i].ranges);
        audit->streams[i].ranges = NULL;
    }
}
