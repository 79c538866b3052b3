/* The table of MSK Connect's checks, and the custom plugin's. */
#include "doctor/connect.h"

#include <stdio.h>
#include <string.h>

#include "aws/mskconnect.h"
#include "base/text.h"
#include "doctor/noted.h"
#include "doctor/progress.h"
#include "doctor/wait.h"
#include "net/http.h"

enum {
    PLUGINS_SEEN = 1000,
    PLUGIN_FIX_MS = 10 * 60 * 1000,
    PLUGIN_EVERY_MS = 2000,
    CONNECT_CHECK_MS = 10000,
    FLOW_CHECK_MS = 20000
};

#define PLUGIN_MANUAL "AWS console, Amazon MSK > MSK Connect > Custom plugins"
#define CONNECTOR_MANUAL "AWS console, Amazon MSK > MSK Connect > Connectors"

/* ------------------------------------------------------------------ mskconnect.plugin */

/* AWS's states of a custom plugin. */
static const struct plugin_state {
    const char *word;
    enum { PLUGIN_GOOD, PLUGIN_PASSING, PLUGIN_BAD } is;
    const char *fix;
} PLUGIN_STATES[] = {
    {"ACTIVE",        PLUGIN_GOOD,    NULL                                                  },
    {"CREATING",      PLUGIN_PASSING,
     "Wait a minute, then check again; pintop doctor --fix mskconnect.plugin waits for it." },
    {"UPDATING",      PLUGIN_PASSING, "Wait a minute, then check again."                    },
    {"UPDATE_FAILED", PLUGIN_BAD,
     "Its earlier revision is still in use. Correct what the message names, and update it again in "
     "the console."                                                                         },
    {"CREATE_FAILED", PLUGIN_BAD,
     "A plugin that could not be created holds nothing. Correct what the message names, and create "
     "it under another name: -X pintop.plugin.name=NAME."                                   },
    {"DELETING",      PLUGIN_BAD,
     "Wait until it is deleted, then create it again: pintop doctor --fix mskconnect.plugin"},
};

static const struct plugin_state *plugin_state_of(const char *word)
{
    for (size_t i = 0; i < sizeof PLUGIN_STATES / sizeof *PLUGIN_STATES; i++)
        if (strcmp(PLUGIN_STATES[i].word, word) == 0)
            return &PLUGIN_STATES[i];
    return NULL;
}

/* Finds the plugin by its exact name. Errors PT_ENOTFOUND; PT_EFULL: there are more than are
 * listed, and it is not among these. */
static pt_code plugin_find(struct check *check, const char *name, struct mskc_plugin *out,
                           struct pt_error *err)
{
    struct mskc_plugins all;
    pt_code code = mskc_list_plugins(check->client, check->keys, name, PLUGINS_SEEN, &all, err);
    char arn[AWS_ARN_MAX] = "";
    for (size_t i = 0; code == PT_OK && i < all.n; i++)
        if (strcmp(all.items[i].name, name) == 0)
            text_copy(arn, sizeof arn, all.items[i].arn);
    bool is_cut = code == PT_OK && all.is_truncated;
    if (code == PT_OK)
        mskc_plugins_done(&all);
    if (is_cut && arn[0] == '\0')
        return pt_error_set(err, PT_EFULL, "Look for it by hand: " PLUGIN_MANUAL,
                            "there are more than %d custom plugins whose names begin with %s, and "
                            "it is not among the first ones",
                            PLUGINS_SEEN, name);
    if (code == PT_OK && arn[0] == '\0')
        return pt_error_set(err, PT_ENOTFOUND, NULL, "there is no custom plugin %s", name);
    return code == PT_OK ? mskc_describe_plugin(check->client, check->keys, arn, out, err) : code;
}

/* "arn:aws:s3:::BUCKET" */
static bool is_bucket_arn(const char *arn, const char *bucket)
{
    const char *name = strstr(arn, ":::");
    return name != NULL && strcmp(name + 3, bucket) == 0;
}

/* Says how the zip of the plugin differs from that of s3.plugin, "" not at all. MSK Connect keeps a
 * copy: a zip that was replaced since is not in it. */
static void plugin_differs(const struct found *found, const struct mskc_plugin *plugin, char *out,
                           size_t cap)
{
    const char *md5 = plugin->file_md5;
    bool has_md5 = strlen(md5) == 32 && strlen(found->zip_etag) == 34;
    out[0] = '\0';
    if (!is_bucket_arn(plugin->bucket_arn, found->bucket) ||
        strcmp(plugin->file_key, found->zip_key) != 0)
        text_put(out, cap, "it was created from %.150s/%.300s", plugin->bucket_arn,
                 plugin->file_key);
    else if (plugin->file_bytes >= 0 && plugin->file_bytes != found->zip_bytes)
        snprintf(out, cap,
                 "the zip was replaced after the plugin was created: the plugin's zip had %lld "
                 "bytes, and this one has %lld",
                 (long long)plugin->file_bytes, (long long)found->zip_bytes);
    else if (has_md5 && strncasecmp(md5, found->zip_etag + 1, 32) != 0)
        snprintf(
            out, cap,
            "the zip was replaced after the plugin was created, by another one of the same size");
}

static void say_active_plugin(struct check *check, const struct mskc_plugin *plugin)
{
    const struct found *found = check->found;
    char differs[600], fix[300];
    if (found->zip_key[0] == '\0') {
        check_warn(check, "Fix s3.plugin first, then check again.",
                   "%s is ACTIVE, revision %lld, created from %s/%s. It could not be compared with "
                   "the zip in the bucket, because that needs s3.plugin",
                   plugin->name, (long long)plugin->revision, plugin->bucket_arn, plugin->file_key);
        return;
    }
    plugin_differs(found, plugin, differs, sizeof differs);
    if (differs[0] == '\0') {
        check_ok(check, "%s is ACTIVE, revision %lld, created from s3://%s/%s", plugin->name,
                 (long long)plugin->revision, found->bucket, found->zip_key);
        return;
    }
    snprintf(fix, sizeof fix,
             "If the zip in s3://%s is the right one, create a plugin from it under another name: "
             "-X pintop.plugin.name=NAME.",
             found->bucket);
    check_warn(check, fix, "%s is ACTIVE, but not of s3://%s/%s: %s", plugin->name, found->bucket,
               found->zip_key, differs);
}

static void say_plugin(struct check *check, const struct mskc_plugin *plugin)
{
    const struct plugin_state *state = plugin_state_of(plugin->state);
    check_copy(check, plugin->arn);
    if (state == NULL) {
        check_unknown(check, "Look at it in the console: " PLUGIN_MANUAL ".",
                      "%s is in the state \"%s\", which pintop does not know", plugin->name,
                      plugin->state);
    } else if (state->is == PLUGIN_GOOD) {
        text_copy(check->found->plugin_arn, sizeof check->found->plugin_arn, plugin->arn);
        say_active_plugin(check, plugin);
    } else if (state->is == PLUGIN_PASSING) {
        check_warn(check, state->fix, "%s is %s", plugin->name, plugin->state);
        if (strcmp(plugin->state, "CREATING") == 0)
            check_fixable(check);
    } else {
        check_fail(check, state->fix, "%s is %s: %s%s%s", plugin->name, plugin->state, plugin->code,
                   plugin->code[0] != '\0' && plugin->message[0] != '\0' ? ": " : "",
                   plugin->message[0] != '\0' || plugin->code[0] != '\0' ? plugin->message
                                                                         : "AWS gives no reason");
    }
}

static void say_no_plugin(struct check *check, const char *name)
{
    bool has_zip = check->found->zip_key[0] != '\0';
    check_copy(check, "pintop doctor --fix mskconnect.plugin");
    check_fail(check,
               has_zip ? "Create it: pintop doctor --fix mskconnect.plugin"
                       : "Fix s3.plugin first; then: pintop doctor --fix mskconnect.plugin",
               "there is no custom plugin %s", name);
    if (has_zip)
        check_fixable(check);
}

void connect_check_plugin(struct check *check)
{
    const char *name = check_set(check, "pintop.plugin.name");
    struct mskc_plugin plugin;
    struct pt_error err;
    if (name == NULL) {
        check_unknown(check, "Set pintop.user.id, or pintop.plugin.name.",
                      "needs user.id: the plugin's name is not known");
        return;
    }
    pt_code code = plugin_find(check, name, &plugin, &err);
    if (code == PT_OK)
        say_plugin(check, &plugin);
    else if (code == PT_ENOTFOUND)
        say_no_plugin(check, name);
    else if (code == PT_EFULL)
        check_unknown(check, err.fix, "%s", err.what);
    else
        check_error(check, &err);
}

/* ------------------------------------------------------------------ its fix */

static pt_code plugin_plan(struct check *check, struct buf *plan, struct pt_error *err)
{
    const char *name = check_set(check, "pintop.plugin.name");
    const struct found *found = check->found;
    struct mskc_plugin plugin;
    struct pt_error why;
    pt_code code = plugin_find(check, name, &plugin, &why);
    if (code == PT_OK) {
        buf_printf(plan, "%s exists and is %s: nothing is created, and pintop waits for it\n", name,
                   plugin.state);
        return PT_OK;
    }
    if (code != PT_ENOTFOUND) {
        *err = why;
        return code;
    }
    if (found->zip_key[0] == '\0')
        return pt_error_set(err, PT_ENOTFOUND, "Fix s3.plugin first",
                            "mskconnect.plugin: there is no zip to create it from");
    buf_printf(plan, "create  custom plugin %s\nof      s3://%s/%s (ZIP)\nprice   none\n", name,
               found->bucket, found->zip_key);
    return PT_OK;
}

/* The plugin that is waited for. */
struct plugin_wait {
    char arn[AWS_ARN_MAX]; /* "": it is looked for by its name */
    struct mskc_plugin plugin;
};

static pt_code plugin_look(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    struct plugin_wait *at = arg;
    const char *name = check_set(check, "pintop.plugin.name");
    pt_code code = at->arn[0] != '\0'
                       ? mskc_describe_plugin(check->client, check->keys, at->arn, &at->plugin, err)
                       : plugin_find(check, name, &at->plugin, err);
    const struct plugin_state *state = code == PT_OK ? plugin_state_of(at->plugin.state) : NULL;
    if (code == PT_OK)
        progress_state(check, at->plugin.state);
    *is_over = code == PT_OK && (state == NULL || state->is != PLUGIN_PASSING);
    return code == PT_ENOTFOUND ? PT_OK : code; /* what AWS tells may be behind what was created */
}

/* arn: out; "" when there is one already, and it is not known which. */
static pt_code plugin_create(struct check *check, const char *name, char *arn, size_t cap,
                             struct buf *said, struct pt_error *err)
{
    const struct found *found = check->found;
    struct created note = {.kind = CREATED_PLUGIN};
    struct mskc_change change;
    struct mskc_plugin made;
    char bucket_arn[200];
    if (found->zip_key[0] == '\0')
        return pt_error_set(err, PT_ENOTFOUND, "Fix s3.plugin first",
                            "mskconnect.plugin: there is no zip to create it from");
    snprintf(bucket_arn, sizeof bucket_arn, "arn:%s:s3:::%s", aws_partition(check->client->region),
             found->bucket);
    text_copy(note.name, sizeof note.name, name);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = mskc_create_plugin(check->client, check->keys, name, bucket_arn, found->zip_key, &change,
                              err);
    text_copy(arn, cap, code == PT_OK ? change.arn : "");
    if (http_is_answer_lost(code) && plugin_find(check, name, &made, NULL) == PT_OK) {
        text_copy(arn, cap, made.arn);
        code = PT_OK;
    }
    text_copy(note.arn, sizeof note.arn, arn);
    noted_end(check, &note, code);
    if (code == PT_OK)
        buf_printf(said, "created the custom plugin %s\n", name);
    return code == PT_EEXISTS ? PT_OK : code;
}

static pt_code plugin_run(struct check *check, struct buf *said, struct pt_error *err)
{
    const char *name = check_set(check, "pintop.plugin.name");
    struct plugin_wait at = {.arn = ""};
    struct pt_error why;
    bool is_over;
    pt_code code = plugin_find(check, name, &at.plugin, &why);
    text_copy(at.arn, sizeof at.arn, code == PT_OK ? at.plugin.arn : "");
    if (code == PT_ENOTFOUND)
        code = plugin_create(check, name, at.arn, sizeof at.arn, said, &why);
    if (code == PT_OK)
        progress_step(check, PLUGIN_FIX_MS, "waiting for the custom plugin %s", name);
    if (code == PT_OK)
        code = fix_wait(check, plugin_look, &at, PLUGIN_EVERY_MS, &is_over, &why);
    if (code == PT_ECANCELLED)
        pt_error_set(&why, code,
                     "Look at it later: pintop doctor --only mskconnect.plugin. A custom plugin "
                     "costs nothing",
                     "mskconnect.plugin: pintop no longer waits for %s. AWS goes on creating it, "
                     "if it was asked to",
                     name);
    if (code != PT_OK) {
        *err = why;
        return code;
    }
    if (!is_over)
        buf_printf(
            said,
            "AWS is still creating %s. Look at it again: pintop doctor --only mskconnect.plugin\n",
            name);
    else if (strcmp(at.plugin.state, "ACTIVE") == 0)
        buf_printf(said, "%s is ACTIVE\n", name);
    else
        return pt_error_set(err, PT_EUNHEALTHY, "Correct what the message names",
                            "%s became %s: %s %.1000s", name, at.plugin.state, at.plugin.code,
                            at.plugin.message);
    return PT_OK;
}

const struct check_fix connect_plugin_fix = {.kind = FIX_FREE,
                                             .does = "create the custom plugin",
                                             .limit_ms = PLUGIN_FIX_MS,
                                             .plan = plugin_plan,
                                             .run = plugin_run};

const struct check_row checks_of_connect[] = {
    {.id = "mskconnect.plugin",
     .title = "the custom plugin",
     .step = "14",
     .needs = "aws.login",
     .after = "user.id s3.plugin",
     .manual = PLUGIN_MANUAL ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = CONNECT_CHECK_MS,
     .run = connect_check_plugin,
     .fix = &connect_plugin_fix},
    {.id = "mskconnect.connector",
     .title = "the connector",
     .step = "15",
     .needs = "aws.login",
     .after = "user.id msk.bootstrap s3.bucket mskconnect.plugin",
     .manual = CONNECTOR_MANUAL ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = CONNECT_CHECK_MS,
     .run = connect_check_connector,
     .fix = &connect_connector_fix},
    {.id = "sink.flow",
     .title = "records become objects",
     .step = "16",
     .needs = "mskconnect.connector",
     .manual = "AWS console, S3 > Buckets > the bucket > topics/.",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = FLOW_CHECK_MS,
     .run = connect_check_flow,
     .fix = &connect_send_fix},
    {.id = NULL            },
};
