/* An account, an embedded sink's directory with objects, and the audit of one against the other:
 * what the programs that test it share. */
#ifndef UNIT_AUDIT_H
#define UNIT_AUDIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pintop/audit.h"
#include "scratch.h"
#include "sink/manifest.h"
#include "sink/object.h"
#include "state/checkpoint.h"
#include "state/remembered.h"

static struct manifest manifest;
static struct pt_config *cfg;
static int64_t start_offset; /* of the accounts that are put */
static struct pt_audit audit;
static struct pt_error err;

static inline int audit_open(void **state)
{
    char sink_dir[128], state_dir[128];
    const char *settings[] = {"bootstrap.servers=embedded", "pintop.user.id=demo", sink_dir,
                              state_dir};
    const struct pt_config_args args = {.settings = settings, .n_settings = 4};
    if (scratch_make(state) != 0)
        return -1;
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    snprintf(sink_dir, sizeof sink_dir, "pintop.sink.dir=%s", scratch_path("sink"));
    snprintf(state_dir, sizeof state_dir, "pintop.state.dir=%s", scratch_dir);
    mkdir(scratch_path("sink"), 0700);
    mkdir(scratch_path("accounts"), 0700);
    memset(&manifest, 0, sizeof manifest);
    start_offset = 0;
    return pt_config_load(&args, &cfg, &err) == PT_OK ? 0 : -1;
}

static inline int audit_close(void **state)
{
    pt_audit_done(&audit);
    manifest_done(&manifest);
    pt_config_free(cfg);
    return scratch_remove(state);
}

/* ---- an account and its objects ---- */

static inline void put_shard(const char *topic, struct shard shard, uint64_t first, uint64_t next)
{
    static struct checkpoint cp;
    char path[4096];
    memset(&cp, 0, sizeof cp);
    snprintf(cp.cluster_id, sizeof cp.cluster_id, "embedded");
    snprintf(cp.topic, sizeof cp.topic, "%s", topic);
    snprintf(cp.source, sizeof cp.source, "synthetic");
    shard_format(shard, cp.shard);
    cp.first_index = first;
    cp.next_index = cp.taken_index = next;
    cp.n_partitions = 1;
    cp.start_offsets[0] = start_offset;
    checkpoint_path(scratch_dir, "embedded", topic, shard, path, sizeof path);
    char *text = checkpoint_format(&cp);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    free(text);
}

static inline void put_account(const char *topic, uint64_t first, uint64_t next)
{
    put_shard(topic, SHARD_WHOLE, first, next);
}

/* An object of partition 0 whose records have these keys, one a blank; "-": a value without a key,
 * which is then told by its index member. */
static inline void put_object(const char *topic, int64_t first_offset, const char *keys)
{
    char copy[256], *rest = NULL;
    struct object *object = object_new(topic, 0, first_offset, true);
    struct manifest_object entry = {.first_offset = first_offset, .written_ms = 1};
    assert_non_null(object);
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *key = strtok_r(copy, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest)) {
        char value[64];
        bool has_key = key[0] != '-';
        snprintf(value, sizeof value, "{\"%s\":%s}", strcmp(topic, "demo.pin") ? "ind" : "index",
                 has_key ? "0" : key + 1);
        assert_true(object_append(object, value, strlen(value), has_key ? key : NULL, strlen(key)));
        entry.records++;
    }
    assert_int_equal(object_store(scratch_path("sink"), &object, 1, &err), PT_OK);
    entry.bytes = (int64_t)object->values.len;
    entry.keys_bytes = (int64_t)object->keys.len;
    struct manifest_partition *part = manifest_partition(&manifest, topic, 0);
    assert_true(part != NULL && manifest_add(part, &entry));
    object_free(object);
    assert_int_equal(manifest_save(scratch_path("sink"), &manifest, &err), PT_OK);
}

static inline pt_code look(const struct pt_audit_opts *opts)
{
    pt_audit_done(&audit);
    memset(&err, 0, sizeof err);
    return pt_audit_run(cfg, opts, &audit, &err);
}

static const struct pt_audit_opts whole = {.from_index = -1, .until = -1, .streams = PT_STREAM_ALL};

static inline const struct pt_audit_stream *look_at_pin(const struct pt_audit_opts *opts)
{
    if (look(opts) != PT_OK)
        fail_msg("audit: %s", err.what);
    return &audit.streams[PT_PIN];
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, audit_open, audit_close)

#endif
