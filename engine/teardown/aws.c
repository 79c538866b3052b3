/* What was created in AWS: the connector, the custom plugin, its zip, the role's trust policy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/mskconnect.h"
#include "aws/s3.h"
#include "base/file.h"
#include "base/text.h"
#include "doctor/diff.h"
#include "doctor/noted.h"
#include "doctor/trust.h"
#include "doctor/wait.h"
#include "teardown/teardown.h"

enum {
    THINGS_SEEN = 1000,
    CALL_MS = 20 * 1000,
    GONE_EVERY_MS = 5000,
    CREATE_MS = 5 * 60 * 1000,
    UPLOAD_MS = 35 * 60 * 1000
};

#define AFTER_LIMIT "Run `pintop teardown` again in some minutes: it continues from there"

/* One without an ARN in its note is known by its name and the time at which it was created. */
static bool is_arn_noted(struct teardown_item *item)
{
    text_copy(item->arn, sizeof item->arn, item->note.arn);
    item->is_other = false;
    return item->arn[0] != '\0';
}

static void take_if_its(struct teardown_item *item, const char *name, const char *arn,
                        int64_t created_ms)
{
    if (strcmp(name, item->note.name) != 0)
        return;
    if (teardown_is_time_of(&item->note, created_ms, CREATE_MS)) {
        text_copy(item->arn, sizeof item->arn, arn);
        return;
    }
    item->is_other = true;
    item->other_ms = created_ms;
}

/* One of its name, which may be the very one if AWS does not tell when it was created. */
static void say_other_time(struct teardown *t, const struct teardown_item *item)
{
    char when[40], begun[40];
    const char *word = created_kind_word(item->note.kind);
    check_warn(&t->check, "If it is yours, delete it in the console.",
               "there is a %s of that name, created %s; pintop was creating its own at %s", word,
               teardown_time(item->other_ms, when, sizeof when),
               teardown_time(item->note.begun_ms, begun, sizeof begun));
}

static pt_code found_or_not(const struct teardown_item *item, bool is_truncated,
                            struct pt_error *err)
{
    if (item->arn[0] == '\0' && is_truncated)
        return pt_error_set(err, PT_EDATA, "Look for it in the console",
                            "there are more than %d whose names begin with %s", THINGS_SEEN,
                            item->note.name);
    return item->arn[0] != '\0'
               ? PT_OK
               : pt_error_set(err, PT_ENOTFOUND, NULL, "no %s named %s was created at that time",
                              created_kind_word(item->note.kind), item->note.name);
}

/* ------------------------------------------------------------------ the connector */

static pt_code connector_arn(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    struct mskc_connectors all;
    if (is_arn_noted(item))
        return PT_OK;
    pt_code code =
        mskc_list(t->check.client, t->check.keys, item->note.name, THINGS_SEEN, &all, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < all.n; i++)
        take_if_its(item, all.items[i].name, all.items[i].arn, all.items[i].created_ms);
    code = found_or_not(item, all.is_truncated, err);
    mskc_connectors_done(&all);
    return code;
}

static void look_connector(struct teardown *t, struct teardown_item *item)
{
    struct mskc_connector seen = {0};
    struct pt_error err;
    char when[40];
    pt_code code = connector_arn(t, item, &err);
    if (code == PT_OK)
        code = mskc_describe(t->check.client, t->check.keys, item->arn, &seen, &err);
    if (code == PT_ENOTFOUND && item->is_other)
        say_other_time(t, item);
    else if (code == PT_ENOTFOUND)
        check_not_needed(&t->check, "there is no such connector any more");
    else if (code != PT_OK)
        check_error(&t->check, &err);
    else if (strcmp(seen.name, item->note.name) != 0)
        check_warn(&t->check, NULL, "%s is now the connector %s", item->arn, seen.name);
    else
        check_ok(&t->check, "it is %s, created %s", seen.state,
                 teardown_time(seen.created_ms, when, sizeof when));
    buf_puts(&item->loss,
             "What is lost: the connector with its settings; it costs nothing from then on. The "
             "objects in the bucket, its log group and the offsets of its group stay.");
    mskc_connector_done(&seen);
}

static pt_code connector_is_gone(struct check *check, void *arg, bool *is_over,
                                 struct pt_error *err)
{
    struct mskc_connector seen = {0};
    pt_code code = mskc_describe(check->client, check->keys, arg, &seen, err);
    mskc_connector_done(&seen);
    *is_over = code == PT_ENOTFOUND;
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static pt_code wait_until_gone(struct teardown *t, struct teardown_item *item,
                               pt_code (*look)(struct check *, void *, bool *, struct pt_error *),
                               struct pt_error *err)
{
    bool is_over = false;
    pt_code code = fix_wait(&t->check, look, item->arn, GONE_EVERY_MS, &is_over, err);
    if (code == PT_OK && !is_over)
        code = pt_error_set(err, PT_ETIMEOUT, AFTER_LIMIT, "AWS is still deleting %s",
                            item->note.name);
    return code;
}

/* One that is being deleted already is only waited for. */
static pt_code remove_connector(struct teardown *t, struct teardown_item *item,
                                struct pt_error *err)
{
    struct mskc_connector seen = {0};
    struct mskc_change change;
    pt_code code = mskc_describe(t->check.client, t->check.keys, item->arn, &seen, err);
    if (code == PT_OK && strcmp(seen.state, "DELETING") != 0)
        code = mskc_delete(t->check.client, t->check.keys, item->arn, &change, err);
    mskc_connector_done(&seen);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    return code == PT_OK ? wait_until_gone(t, item, connector_is_gone, err) : code;
}

const struct teardown_kind teardown_connector = {
    .does = "delete the connector",
    .is_typed = true,
    .is_aws = true,
    .manual = "AWS console, Amazon MSK > MSK Connect > Connectors.",
    .limit_ms = 20 * 60 * 1000,
    .look = look_connector,
    .remove = remove_connector};

/* ------------------------------------------------------------------ the custom plugin */

static pt_code plugin_arn(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    const char *name = item->note.name;
    struct mskc_plugins list = {.n = 0};
    pt_code code = PT_OK;
    if (!is_arn_noted(item)) {
        code = mskc_list_plugins(t->check.client, t->check.keys, name, THINGS_SEEN, &list, err);
        for (size_t i = 0; i < list.n; i++)
            take_if_its(item, list.items[i].name, list.items[i].arn, list.items[i].created_ms);
        code = code == PT_OK ? found_or_not(item, list.is_truncated, err) : code;
        mskc_plugins_done(&list);
    }
    return code;
}

static void look_plugin(struct teardown *t, struct teardown_item *item)
{
    struct mskc_plugin seen = {.arn = ""};
    struct pt_error err;
    char when[40];
    pt_code code = plugin_arn(t, item, &err);
    if (code == PT_OK)
        code = mskc_describe_plugin(t->check.client, t->check.keys, item->arn, &seen, &err);
    if (code == PT_ENOTFOUND && item->is_other)
        say_other_time(t, item);
    else if (code == PT_ENOTFOUND)
        check_not_needed(&t->check, "there is no such custom plugin any more");
    else if (code != PT_OK)
        check_error(&t->check, &err);
    else if (strcmp(seen.name, item->note.name) != 0)
        check_warn(&t->check, NULL, "%s is now the custom plugin %s", item->arn, seen.name);
    else if (seen.revision > 1)
        check_warn(&t->check, "If it is yours, delete it in the console.",
                   "somebody has added a revision to it: it has %lld", (long long)seen.revision);
    else
        check_ok(&t->check, "it is %s, created %s", seen.state,
                 teardown_time(seen.created_ms, when, sizeof when));
    buf_puts(&item->loss,
             "What is lost: nothing, since the plugin can be created again from its zip.");
}

static pt_code plugin_is_gone(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    struct mskc_plugin seen;
    pt_code code = mskc_describe_plugin(check->client, check->keys, arg, &seen, err);
    *is_over = code == PT_ENOTFOUND;
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static pt_code remove_plugin(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    struct mskc_plugin seen;
    struct mskc_change change;
    pt_code code = mskc_describe_plugin(t->check.client, t->check.keys, item->arn, &seen, err);
    if (code == PT_OK && strcmp(seen.state, "DELETING") != 0)
        code = mskc_delete_plugin(t->check.client, t->check.keys, item->arn, &change, err);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    return code == PT_OK ? wait_until_gone(t, item, plugin_is_gone, err) : code;
}

const struct teardown_kind teardown_plugin = {
    .does = "delete the custom plugin",
    .is_aws = true,
    .manual = "AWS console, Amazon MSK > MSK Connect > Custom plugins.",
    .limit_ms = 10 * 60 * 1000,
    .look = look_plugin,
    .remove = remove_plugin};

/* ------------------------------------------------------------------ its zip */

/* Before it was there, its size was noted. */
static bool is_noted_object(const struct created *note, const struct s3_object *object)
{
    char bytes[40];
    snprintf(bytes, sizeof bytes, "%lld bytes", (long long)object->bytes);
    return note->is_made ? strcmp(note->mark, object->etag) == 0
                         : strcmp(note->mark, bytes) == 0 &&
                               teardown_is_time_of(note, object->modified_ms, UPLOAD_MS);
}

static void look_zip(struct teardown *t, struct teardown_item *item)
{
    struct s3_bucket bucket = {.name = item->note.ref};
    struct s3_object object;
    struct pt_error err;
    char when[40];
    text_copy(bucket.region, sizeof bucket.region, item->note.region);
    pt_code code =
        s3_head_object(t->check.client, t->check.keys, &bucket, item->note.name, &object, &err);
    if (code == PT_ENOTFOUND) {
        check_not_needed(&t->check, "there is no such object any more");
    } else if (code != PT_OK) {
        check_error(&t->check, &err);
    } else if (!is_noted_object(&item->note, &object)) {
        check_warn(&t->check, "If it is yours, delete it in the console.",
                   "it is another object than the one that pintop uploaded: %lld bytes, of %s",
                   (long long)object.bytes, teardown_time(object.modified_ms, when, sizeof when));
    } else {
        text_copy(item->etag, sizeof item->etag, object.etag);
        check_ok(&t->check, "%lld bytes, of %s", (long long)object.bytes,
                 teardown_time(object.modified_ms, when, sizeof when));
    }
    buf_puts(&item->loss, "What is lost: this object. The records' objects in the bucket stay.");
}

static pt_code remove_zip(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    struct s3_bucket bucket = {.name = item->note.ref};
    text_copy(bucket.region, sizeof bucket.region, item->note.region);
    return s3_delete(t->check.client, t->check.keys, &bucket, item->note.name, item->etag, err);
}

const struct teardown_kind teardown_zip = {.does = "delete the plugin's zip",
                                           .is_aws = true,
                                           .manual = "AWS console, S3 > Buckets > the bucket.",
                                           .limit_ms = CALL_MS,
                                           .look = look_zip,
                                           .remove = remove_zip};

/* ------------------------------------------------------------------ the trust policy */

static pt_code read_kept_trust(const struct teardown_item *item, char **kept, struct pt_error *err)
{
    struct pt_error why;
    pt_code code = file_read(item->note.ref, TRUST_TEXT_MAX, kept, NULL, &why);
    return code == PT_OK
               ? PT_OK
               : pt_error_set(err, code,
                              "Take the statement out by hand: IAM console > Roles > the role > "
                              "Trust relationships",
                              "the old policy cannot be read, so it cannot be put back: %s",
                              why.what);
}

static void tell_policies(struct teardown_item *item, const char *now, const char *kept)
{
    struct buf before, after;
    struct pt_error err;
    buf_init(&before, 4 * TRUST_TEXT_MAX);
    buf_init(&after, 4 * TRUST_TEXT_MAX);
    trust_layout(now, &before);
    trust_layout(kept, &after);
    buf_puts(&item->loss, "What changes in it:\n");
    if (diff_tell(before.data, after.data, &item->loss, &err) != PT_OK)
        buf_printf(&item->loss, "(%s)", err.what);
    buf_done(&before);
    buf_done(&after);
}

static void say_policy(struct teardown *t, struct teardown_item *item, const char *now)
{
    char sum[NOTED_SUM_MAX], old[NOTED_SUM_MAX], *kept = NULL;
    struct pt_error err;
    pt_code code = read_kept_trust(item, &kept, &err);
    noted_policy_sum(now, sum);
    noted_policy_sum(kept != NULL ? kept : "", old);
    item->is_back = code == PT_OK && sum[0] != '\0' && strcmp(sum, old) == 0;
    if (item->is_back)
        check_not_needed(&t->check, "the role has its old trust policy");
    else if (sum[0] == '\0' || strcmp(sum, item->note.mark) != 0)
        check_warn(&t->check,
                   "If the statement that pintop added is still in it, take it out by hand: IAM "
                   "console > Roles > the role > Trust relationships.",
                   "it was changed after pintop had extended it, so it stays as it is");
    else if (code != PT_OK)
        check_warn(&t->check, err.fix, "%s", err.what);
    else
        check_ok(&t->check, "it is as pintop wrote it; the old one is %s", item->note.ref);
    if (code == PT_OK && t->check.said->state == PT_CHECK_OK)
        tell_policies(item, now, kept);
    free(kept);
}

static void look_trust(struct teardown *t, struct teardown_item *item)
{
    struct iam_role role = {.arn = ""};
    struct pt_error err;
    pt_code code = iam_get_role(t->check.client, t->check.keys, item->note.name, &role, &err);
    if (code == PT_ENOTFOUND)
        check_not_needed(&t->check, "there is no such role any more");
    else if (code != PT_OK)
        check_error(&t->check, &err);
    else
        say_policy(t, item, role.trust);
    if (code == PT_OK)
        iam_role_done(&role);
}

static pt_code remove_trust(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    char *kept = NULL;
    pt_code code = read_kept_trust(item, &kept, err);
    if (code == PT_OK)
        code = iam_update_trust(t->check.client, t->check.keys, item->note.name, kept, err);
    item->is_back = code == PT_OK;
    free(kept);
    return code;
}

/* Its old policy is kept until nothing is noted of it any more: a run that is cut off before that
 * is recognised by it. */
static void trust_struck(const struct teardown_item *item)
{
    if (item->is_back)
        unlink(item->note.ref);
}

const struct teardown_kind teardown_trust = {
    .does = "put back the role's old trust policy",
    .is_aws = true,
    .manual = "IAM console > Roles > the role > Trust relationships.",
    .limit_ms = CALL_MS,
    .look = look_trust,
    .remove = remove_trust,
    .struck = trust_struck};
