/* Audit: read the records of an account back, from its topic or from the embedded sink's directory,
 * and count them. A second pair of eyes: it trusts neither the window nor the delivery reports. */
#include "pintop/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/auth.h"
#include "core/checkpoint.h"
#include "core/discovery.h"
#include "core/lock.h"
#include "core/seen.h"
#include "core/settings.h"
#include "kafka/cluster_id.h"
#include "kafka/topic_scan.h"
#include "sink/sink_audit.h"

struct auditor {
    const struct pt_config *cfg;
    const struct pt_audit_opts *opts;
    struct settings set;
    char cluster_id[64];
    char bootstrap[256];
    /* of the stream at work */
    enum pt_stream_id id;
    struct checkpoint cp;
    struct seen seen;
    struct pt_audit_stream *out;
    int64_t records;
    bool is_cancelled;
};

/* ---- identity ---- */

static bool parse_digits(const char *text, size_t len, uint64_t *index)
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

/* A synthetic record carries its index as its first member: {"index":N, or {"ind":N, */
static bool value_index(enum pt_stream_id id, const char *value, size_t len, uint64_t *index)
{
    const char *name = id == PT_PIN ? "{\"index\":" : "{\"ind\":";
    size_t skip = strlen(name), digits = 0;
    if (len <= skip || memcmp(value, name, skip) != 0)
        return false;
    while (skip + digits < len && value[skip + digits] >= '0' && value[skip + digits] <= '9')
        digits++;
    return parse_digits(value + skip, digits, index);
}

static void count(struct auditor *a, bool has_index, uint64_t index)
{
    a->records++;
    if (has_index && seen_add(&a->seen, index))
        return;
    /* Above the range: the end of a run that was not acknowledged, or is still being made. */
    if (has_index && a->opts->until < 0 && index >= a->cp.next_index &&
        index < a->cp.next_index + 2 * a->set.window + 1000000)
        a->out->beyond++;
    else
        a->out->foreign++;
}

static bool tell(struct auditor *a)
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
    (void)partition;
    (void)offset;
    bool has_index =
        key ? parse_digits(key, strlen(key), &index) : value_index(a->id, value, len, &index);
    count(a, has_index, index);
    return (a->records & 0xffff) != 0 || !tell(a);
}

static pt_code scan_sink(struct auditor *a, struct pt_error *err)
{
    struct sink_scan_from *from = calloc(a->cp.n_partitions + 1, sizeof *from);
    struct sink_scan_result result = {0};
    if (from == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    for (size_t p = 0; p < a->cp.n_partitions; p++)
        from[p] = (struct sink_scan_from){(int32_t)p, a->cp.start_offsets[p]};
    pt_code code = sink_scan(a->set.sink_dir, a->set.topics[a->id], from, a->cp.n_partitions,
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
    (void)partition;
    (void)offset;
    bool has_index =
        key ? parse_digits(key, key_len, &index) : value_index(a->id, value, len, &index);
    count(a, has_index, index);
}

static bool on_topic_progress(void *arg, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    return tell(arg);
}

static pt_code scan_topic(struct auditor *a, struct pt_error *err)
{
    const char *bootstrap = a->bootstrap[0] ? a->bootstrap : NULL;
    int32_t n = 0;
    pt_code code = topic_partitions(a->cfg, bootstrap, a->set.topics[a->id], &n, err);
    if (code == PT_OK && n < 0)
        return pt_error_set(err, PT_ENOTFOUND, "It was deleted: nothing is left to audit.",
                            "audit: topic %s does not exist", a->set.topics[a->id]);
    if (code != PT_OK)
        return code;
    struct scan_partition *parts = calloc((size_t)n + 1, sizeof *parts);
    if (parts == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    for (int32_t p = 0; p < n; p++) {
        parts[p].partition = p;
        parts[p].start = (size_t)p < a->cp.n_partitions ? a->cp.start_offsets[p] : 0;
    }
    struct scan_opts opts = {.cfg = a->cfg,
                             .bootstrap = bootstrap,
                             .topic = a->set.topics[a->id],
                             .partitions = parts,
                             .n_partitions = (size_t)n,
                             .arg = a,
                             .record = on_topic_record,
                             .progress = on_topic_progress};
    code = topic_scan(&opts, err);
    for (int32_t p = 0; p < n; p++)
        a->out->expired += parts[p].expired;
    free(parts);
    return code;
}

/* ---- one stream ---- */

/* Expired records cannot be told by index: the lowest of those not seen are taken to be they. */
static void count_missing(struct auditor *a)
{
    struct pt_audit_stream *out = a->out;
    uint64_t absent = a->seen.n - a->seen.present;
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

static pt_code audit_stream(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    struct pt_audit_stream *out = a->out;
    uint64_t first = a->cp.first_index, end = a->cp.next_index;
    if (a->opts->from_index >= 0)
        first = (uint64_t)a->opts->from_index;
    if (a->opts->until >= 0)
        end = (uint64_t)a->opts->until + 1;
    if (end < first)
        end = first;
    out->first_index = (int64_t)first;
    out->last_index = (int64_t)end - 1;
    out->ranges = calloc(PT_AUDIT_RANGES, sizeof *out->ranges);
    if (out->ranges == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "audit: out of memory");
    pt_code code = seen_init(&a->seen, first, end - first, err);
    if (code == PT_OK)
        code = is_from_sink ? scan_sink(a, err) : scan_topic(a, err);
    if (code == PT_OK)
        count_missing(a);
    seen_done(&a->seen);
    return code;
}

static pt_code audit_one(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    char path[4096];
    checkpoint_path(a->set.state_dir, a->cluster_id, a->set.topics[a->id], path, sizeof path);
    pt_code code = checkpoint_load(path, &a->cp, err);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    a->out->has_account = code == PT_OK;
    return code == PT_OK ? audit_stream(a, is_from_sink, err) : code;
}

static pt_code find_cluster(struct auditor *a, bool is_from_sink, struct pt_error *err)
{
    struct lock_note owner;
    if (!a->set.is_embedded)
        return kafka_cluster_id(a->cfg, NULL, a->cluster_id, sizeof a->cluster_id, err);
    snprintf(a->cluster_id, sizeof a->cluster_id, "embedded");
    if (is_from_sink)
        return PT_OK;
    if (lock_read(a->set.state_dir, &owner, NULL) != PT_OK || owner.bootstrap[0] == 0)
        return pt_error_set(err, PT_ENOTFOUND, "Audit the sink instead: --from sink.",
                            "audit: the embedded cluster lives only while pintop runs");
    snprintf(a->bootstrap, sizeof a->bootstrap, "%s", owner.bootstrap);
    return PT_OK;
}

static pt_code run(const struct pt_config *cfg, const struct pt_audit_opts *opts,
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
        code = pt_error_set(err, PT_EUNSUPPORTED, "Audit the topic: --from topic.",
                            "audit: only the embedded sink's directory can be read, not a bucket");
    if (code == PT_OK)
        code = find_cluster(a, audit->is_from_sink, err);
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
        code = pt_error_set(err, PT_EDATA, "Stream first: pintop stream --count 1000.",
                            "audit: no stream has an account for this cluster in %s",
                            a->set.state_dir);
    free(a);
    return code;
}

/* On a cluster that takes tokens somebody has to make them while it runs. */
pt_code pt_audit_run(const struct pt_config *cfg, const struct pt_audit_opts *opts,
                     struct pt_audit *audit, struct pt_error *err)
{
    struct auth *auth = NULL;
    struct pt_config *found = NULL;
    bool is_to_be_found = !pt_config_get(cfg, "bootstrap.servers") && !pt_config_is_embedded(cfg);
    memset(audit, 0, sizeof *audit);
    if (!pt_config_has_cluster(cfg))
        return pt_error_set(err, PT_ECONFIG, "Name it: -b HOST:PORT, or -b embedded.",
                            "audit: no Kafka cluster is named");
    pt_code code = is_to_be_found ? discovery_find(cfg, NULL, &found, err) : PT_OK;
    if (code == PT_OK)
        code = auth_start(found ? found : cfg, NULL, &auth, err);
    if (code == PT_OK)
        code = run(found ? found : cfg, opts, audit, err);
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
