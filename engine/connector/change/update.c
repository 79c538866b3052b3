/* Changes settings of a connector. An update sends the whole configuration: so it is read just
 * before, and the difference to that is what is shown and sent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/shown.h"
#include "connector/watch/worker.h"
#include "desk/result_lines.h"

/* The new settings. Names and values are borrowed from the connector and from the command, except
 * the names that are new. */
struct merged {
    struct conn_setting *settings;
    size_t n;
    size_t n_changes;
};

/* Adds "+ name=value" in full, because what is shown is what is sent. */
static void update_add_line(struct result_lines *lines, const char *level, const char *name,
                            const char *value, const char *behind)
{
    size_t cap = 6 * strlen(value) + 16;
    char *safe = malloc(cap), *text = NULL;
    struct pt_line head = {.time_ms = PT_UNKNOWN};
    snprintf(head.level, sizeof head.level, "%s", level);
    if (safe != NULL)
        shown_value(safe, cap, name, value);
    if (safe != NULL && asprintf(&text, "%s=%s%s", name, safe, behind) >= 0)
        result_lines_add(lines, &head, text);
    free(safe);
    free(text);
}

static size_t update_find(const struct merged *merged, const char *name)
{
    size_t at = 0;
    while (at < merged->n && strcmp(merged->settings[at].name, name) != 0)
        at++;
    return at;
}

/* Sets one setting; value "" removes it. Returns false when out of memory. */
static bool merge_one(struct merged *merged, char *name, const char *value,
                      struct result_lines *diff)
{
    size_t at = update_find(merged, name);
    struct conn_setting *own = &merged->settings[at];
    bool is_there = at < merged->n, is_removal = value[0] == '\0';
    bool is_same = is_there && !is_removal && strcmp(own->value, value) == 0;
    if (is_same || (is_removal && !is_there))
        return true; /* nothing changes */
    merged->n_changes++;
    if (is_there)
        update_add_line(diff, "-", name, own->json != NULL ? own->json : own->value, "");
    if (is_removal) {
        memmove(own, own + 1, (--merged->n - at) * sizeof *own);
        return true;
    }
    update_add_line(diff, "+", name, value, "");
    if (!is_there) {
        own->name = strdup(name);
        merged->n++;
    }
    own->value = (char *)(uintptr_t)value;
    own->json = NULL;
    return own->name != NULL;
}

static void merged_done(const struct conn *conn, struct merged *merged)
{
    for (size_t i = 0; i < merged->n; i++) {
        bool is_conns = false;
        for (size_t k = 0; k < conn->n_settings && !is_conns; k++)
            is_conns = conn->settings[k].name == merged->settings[i].name;
        if (!is_conns)
            free(merged->settings[i].name);
    }
    free(merged->settings);
}

static pt_code update_merge(const struct conn *conn, const struct pt_command *cmd,
                            struct merged *merged, struct result_lines *diff, struct pt_error *err)
{
    *merged = (struct merged){
        .settings = calloc(conn->n_settings + cmd->n_configs + 1, sizeof *merged->settings)};
    bool is_good = merged->settings != NULL;
    if (is_good && conn->n_settings > 0)
        memcpy(merged->settings, conn->settings, conn->n_settings * sizeof *merged->settings);
    merged->n = is_good ? conn->n_settings : 0;
    for (size_t i = 0; is_good && i < cmd->n_configs; i++) {
        const char *eq = strchr(cmd->configs[i], '=');
        char *name = strndup(cmd->configs[i], (size_t)(eq - cmd->configs[i]));
        is_good = name != NULL && merge_one(merged, name, eq + 1, diff);
        free(name);
    }
    if (is_good)
        return PT_OK;
    merged_done(conn, merged);
    merged->settings = NULL;
    return pt_error_set(err, PT_ENOMEM, NULL, "connector update: out of memory");
}

static bool update_has(const struct conn *conn, const char *name)
{
    for (size_t i = 0; i < conn->n_settings; i++)
        if (strcmp(conn->settings[i].name, name) == 0)
            return true;
    return false;
}

/* Reports what somebody else has changed since pintop's last poll; the update keeps it. */
static void tell_others(const struct conn *known, const struct conn *fresh,
                        struct result_lines *lines)
{
    for (size_t i = 0; known->has_settings && i < fresh->n_settings; i++) {
        const struct conn_setting *own = &fresh->settings[i];
        if (!update_has(known, own->name) || strcmp(conn_get(known, own->name), own->value) != 0)
            update_add_line(lines, "NOTE", own->name, own->value,
                            " was set by somebody else meanwhile; it is kept");
    }
    for (size_t i = 0; known->has_settings && i < known->n_settings; i++)
        if (!update_has(fresh, known->settings[i].name))
            update_add_line(lines, "NOTE", known->settings[i].name, known->settings[i].value,
                            " was taken out by somebody else meanwhile; it stays out");
}

/* With an end mark, because "ab" and "c" are not "a" and "bc". */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash64_byte(hash64_text(hash, text != NULL ? text : ""), 0xff);
}

/* The fingerprint does not depend on the order of the settings. */
static void update_fingerprint(const struct conn *conn, char *out, size_t cap)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < conn->n_settings; i++) {
        uint64_t hash = hash_text(HASH64_EMPTY, conn->settings[i].name);
        hash = hash_text(hash, conn->settings[i].value);
        sum += hash_text(hash, conn->settings[i].json);
    }
    snprintf(out, cap, "%016" PRIx64, sum);
}

/* Checks that the configuration is still the one that the difference was shown against. */
static pt_code check_seen(const struct pt_command *cmd, const struct conn *conn,
                          struct pt_result *result, struct pt_error *err)
{
    update_fingerprint(conn, result->seen, sizeof result->seen);
    if (cmd->seen == NULL || cmd->seen[0] == '\0' || strcmp(cmd->seen, result->seen) == 0)
        return PT_OK;
    return pt_error_set(err, PT_EBUSY, "Look at the difference again, and decide then.",
                        "connector %s: nothing was sent, because somebody else changed its "
                        "configuration after the difference was shown",
                        conn->name);
}

static pt_code read_fresh(struct conn_worker *worker, const struct conn *known, struct conn *fresh,
                          struct pt_error *err)
{
    pt_code code = conn_worker_ops(worker)->read(&worker->backend, known, fresh, err);
    if (code != PT_OK || fresh->has_settings)
        return code;
    code = pt_error_set(err, PT_EAUTH, "The whole configuration is sent, so it must be readable.",
                        "connector %s: its configuration is not known", known->name);
    conn_done(fresh);
    return code;
}

/* A setting cannot hold a NUL (JSON_NUL replaces it), so sending it back would change it. */
static pt_code check_sendable(const char *connector, const struct merged *merged,
                              struct pt_error *err)
{
    for (size_t i = 0; merged->settings != NULL && i < merged->n; i++) {
        const struct conn_setting *own = &merged->settings[i];
        if (strstr(own->name, JSON_NUL) == NULL && strstr(own->value, JSON_NUL) == NULL &&
            (own->json == NULL || strstr(own->json, JSON_NUL) == NULL))
            continue;
        return pt_error_set(err, PT_EDATA, "Set that one again in the same update: KEY=VALUE.",
                            "connector %s: nothing was sent: its setting %.100s holds a NUL "
                            "character, which would not come back as it is",
                            connector, own->name);
    }
    return PT_OK;
}

pt_code conn_update(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, char *said, struct pt_error *err)
{
    struct conn fresh;
    struct merged merged;
    struct result_lines diff;
    pt_code code = read_fresh(worker, &job->conn, &fresh, err);
    if (code != PT_OK)
        return code;
    code = check_seen(job->command, &fresh, result, err);
    if (code != PT_OK) {
        conn_done(&fresh);
        return code;
    }
    result_lines_init(&diff);
    code = update_merge(&fresh, job->command, &merged, &diff, err);
    tell_others(&job->conn, &fresh, &diff);
    result_lines_done(&diff, result);
    if (code == PT_OK)
        code = check_sendable(fresh.name, &merged, err);
    if (code == PT_OK && merged.n_changes == 0) {
        snprintf(said, PT_REASON_MAX, "nothing changes: it is so already");
    } else if (code == PT_OK && !job->command->is_plan) {
        code = conn_worker_ops(worker)->update(&worker->backend, &fresh, merged.settings, merged.n,
                                               said, err);
        code = conn_look_for_settings(worker, &fresh, merged.settings, merged.n, code, said, err);
    }
    if (merged.settings != NULL)
        merged_done(&fresh, &merged);
    conn_done(&fresh);
    return code;
}
