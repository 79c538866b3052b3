/* Checks of the bucket, and of the sink plugin's zip in it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ec2_network.h"
#include "aws/s3.h"
#include "base/printable.h"
#include "base/text.h"
#include "connector/witness/ask.h"
#include "doctor/check.h"
#include "doctor/plugin_upload.h"
#include "doctor/plugin_zip.h"
#include "doctor/s3_way.h"

enum { STORE_TEXT_MAX = 4000, ZIPS_SEEN = 1000 };

#define BUCKET_MANUAL "AWS console, S3 > Buckets"
#define BY_HAND "Look at it by hand: " BUCKET_MANUAL " > the bucket > "

/* ------------------------------------------------------------------ s3.bucket */

/* What the row says: what was seen, what was not, and the worst of it. */
struct store_says {
    struct buf seen, unseen;
    enum store_worst { STORE_OK, STORE_UNSEEN, STORE_WARN, STORE_FAIL } worst;
    char fix[900]; /* of the worst, the first of them */
};

static void store_worse(struct store_says *says, enum store_worst state, const char *fix)
{
    if (state <= says->worst)
        return;
    says->worst = state;
    text_copy(says->fix, sizeof says->fix, fix);
}

/* The region that the bucket has to be in: the cluster's, else yours. */
static void wanted_region(const struct found *found, char *out, size_t cap, const char **whose)
{
    *whose = "the cluster's region";
    if (found->has_cluster && aws_region_of_arn(found->cluster.arn, out, cap))
        return;
    *whose = "your region";
    text_copy(out, cap, found->region);
}

static void say_no_bucket(struct check *check, const char *name, const char *region)
{
    char fix[400], command[300];
    snprintf(command, sizeof command, "aws s3 mb s3://%s --region %s", name, region);
    snprintf(fix, sizeof fix, "Create it: %s. Or set pintop.bucket to the one that you have.",
             command);
    check_copy(check, command);
    check_fail(check, fix, "the bucket %s does not exist", name);
}

/* HeadBucket has no body, so S3's refusal does not tell whether a right is missing or the bucket
 * belongs to somebody else: that is asked a second time, without an owner. */
static void say_refused(struct check *check, struct s3_bucket *bucket, const struct pt_error *why)
{
    const struct found *found = check->found;
    struct pt_error err;
    char fix[PT_FIX_MAX];
    if (found->account[0] != '\0' &&
        s3_head_bucket(check->client, check->keys, bucket, &err) == PT_OK) {
        snprintf(fix, sizeof fix,
                 "Names of buckets are unique in all of AWS. Create one of another name (aws s3 mb "
                 "s3://NAME --region %s), and set pintop.bucket to it.",
                 found->region);
        check_fail(check, fix, "the bucket %s belongs to another account than yours (%s)",
                   bucket->name, found->account);
        return;
    }
    snprintf(fix, sizeof fix, "%.800s. If it is not among yours there, it is another account's",
             why->fix);
    pt_error_set(&err, PT_EAUTH, fix,
                 "%.600s: S3 does not report whether %s exists, or it belongs to another account",
                 why->what, bucket->name);
    check_error(check, &err);
}

/* What could not be seen is no fault, and not good either. */
static void store_unseen(struct store_says *says, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void store_unseen(struct store_says *says, const char *fix, const char *fmt, ...)
{
    char text[900];
    va_list args;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    buf_printf(&says->unseen, "%s%s", says->unseen.len > 0 ? "; " : "", text);
    store_worse(says, STORE_UNSEEN, fix);
}

static void see_region(struct check *check, const struct s3_bucket *bucket, struct store_says *says)
{
    const struct found *found = check->found;
    char wanted[AWS_REGION_MAX], fix[500];
    const char *whose;
    wanted_region(found, wanted, sizeof wanted, &whose);
    buf_printf(&says->seen, "%s exists%s%s%s", bucket->name,
               found->account[0] != '\0' ? ", it is yours (account " : "", found->account,
               found->account[0] != '\0' ? ")" : "");
    if (bucket->region[0] == '\0') {
        store_unseen(says, BY_HAND "Properties.", "its region, which S3 does not report");
        return;
    }
    if (strcmp(bucket->region, wanted) == 0) {
        buf_printf(&says->seen, ", and in %s, %s", wanted, whose);
        return;
    }
    buf_printf(&says->seen, ", but in %s, and %s is %s", bucket->region, whose, wanted);
    snprintf(fix, sizeof fix,
             "MSK Connect takes plugins from buckets of its own region: create another one (aws s3 "
             "mb s3://NAME --region %s), and set pintop.bucket to it.",
             wanted);
    store_worse(says, STORE_FAIL, fix);
}

static void see_public(struct check *check, struct s3_bucket *bucket, struct store_says *says)
{
    struct s3_public_block block;
    struct pt_error err;
    char fix[500];
    pt_code code = s3_get_public_block(check->client, check->keys, bucket, &block, &err);
    bool is_blocked = block.acls_blocked && block.acls_ignored && block.policy_blocked &&
                      block.buckets_restricted;
    if (code != PT_OK && code != PT_ENOTFOUND) {
        store_unseen(says, BY_HAND "Permissions.", "whether public access is blocked (%s%.300s)",
                     code == PT_EAUTH ? "needs s3:GetBucketPublicAccessBlock" : "",
                     code == PT_EAUTH ? "" : err.what);
        return;
    }
    if (is_blocked) {
        buf_puts(&says->seen, "; public access is blocked");
        return;
    }
    buf_puts(&says->seen, code == PT_ENOTFOUND ? "; the bucket itself does not block public access"
                                               : "; the bucket blocks public access only in part");
    snprintf(fix, sizeof fix,
             "Block it: aws s3api put-public-access-block --bucket %s "
             "--public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
             "BlockPublicPolicy=true,RestrictPublicBuckets=true",
             bucket->name);
    store_worse(says, STORE_WARN, fix);
}

/* The VPC that the connector's workers are in; NULL: that is not known. */
static const struct msk_vpc *vpc_of_connector(const struct check *check, const char **why)
{
    const struct msk_cluster *cluster = &check->found->cluster;
    const char *subnet = check_set(check, "pintop.connector.subnet");
    *why = "the cluster's subnets are not known";
    if (!check->found->has_cluster || cluster->n_vpcs == 0)
        return NULL;
    for (size_t i = 0; i < cluster->n_vpcs && subnet != NULL; i++)
        if (ec2_has_id(cluster->vpcs[i].subnets, subnet))
            return &cluster->vpcs[i];
    *why = "the cluster is in several VPCs, and pintop.connector.subnet names none of them";
    return cluster->n_vpcs == 1 && cluster->vpcs[0].subnets[0] != '\0' ? &cluster->vpcs[0] : NULL;
}

static void see_way(struct check *check, const struct s3_bucket *bucket, struct store_says *says)
{
    struct s3_way way = {0};
    const char *why;
    const struct msk_vpc *vpc = vpc_of_connector(check, &why);
    if (vpc != NULL && bucket->region[0] != '\0')
        s3_way_find(check, vpc, bucket->region, &way);
    else
        text_copy(way.says, sizeof way.says, vpc == NULL ? why : "its region is not known");
    switch (way.state) {
    case S3_WAY_THERE:
        buf_printf(&says->seen, "; the cluster's subnets reach it through %s", way.says);
        break;
    case S3_WAY_NONE:
        buf_printf(&says->seen, "; but %s", way.says);
        store_worse(says, STORE_FAIL, way.fix);
        break;
    case S3_WAY_UNKNOWN:
        store_unseen(says,
                     vpc == NULL ? "Name the cluster, and one of its subnets where it has several "
                                   "VPCs: pintop.msk.cluster, pintop.connector.subnet."
                                 : "Look by hand whether there is an endpoint to S3, or a NAT "
                                   "gateway: AWS console, VPC > Endpoints.",
                     "how the cluster's subnets reach it (%s)", way.says);
        break;
    }
}

static void say_bucket(struct check *check, struct store_says *says)
{
    buf_printf(&says->seen, ". Not checked: %s%s%s", says->unseen.len > 0 ? says->unseen.data : "",
               says->unseen.len > 0 ? "; " : "",
               "whether it may be written, which `pintop connector diagnose --probe` tries");
    const char *text = says->seen.data != NULL ? says->seen.data : "";
    if (says->worst == STORE_FAIL)
        check_fail(check, says->fix, "%s", text);
    else if (says->worst != STORE_OK)
        check_warn(check, says->fix, "%s", text);
    else
        check_ok(check, "%s", text);
}

static void see_bucket(struct check *check, struct s3_bucket *bucket)
{
    struct store_says says = {.worst = STORE_OK};
    struct found *found = check->found;
    text_copy(found->bucket, sizeof found->bucket, bucket->name);
    text_copy(found->bucket_region, sizeof found->bucket_region, bucket->region);
    buf_init(&says.seen, STORE_TEXT_MAX);
    buf_init(&says.unseen, STORE_TEXT_MAX);
    see_region(check, bucket, &says);
    see_public(check, bucket, &says);
    see_way(check, bucket, &says);
    say_bucket(check, &says);
    buf_done(&says.seen);
    buf_done(&says.unseen);
}

static void store_check_bucket(struct check *check)
{
    const char *name = check_set(check, "pintop.bucket");
    const char *account = check->found->account, *whose;
    struct s3_bucket bucket = {.name = name};
    struct pt_error err;
    char region[AWS_REGION_MAX];
    if (name == NULL) {
        check_unknown(check, "Set pintop.user.id, or pintop.bucket.",
                      "needs user.id: the bucket's name is not known");
        return;
    }
    if (objects_check_bucket(name, &err) != PT_OK) {
        check_fail(check, "Correct pintop.bucket: it takes the name alone, without s3://.",
                   "%s is not a valid name of a bucket", name);
        return;
    }
    pt_code code = s3_head_bucket_of(check->client, check->keys, &bucket,
                                     account[0] != '\0' ? account : NULL, &err);
    wanted_region(check->found, region, sizeof region, &whose);
    check_copy(check, name);
    if (code == PT_OK)
        see_bucket(check, &bucket);
    else if (code == PT_ENOTFOUND)
        say_no_bucket(check, name, region);
    else if (code == PT_EAUTH)
        say_refused(check, &bucket, &err);
    else
        check_error(check, &err);
}

/* ------------------------------------------------------------------ s3.plugin */

static void plugin_unfit(struct check *check, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void plugin_unfit(struct check *check, const char *fmt, ...)
{
    const char *zip = check_set(check, "pintop.plugin.zip");
    char fix[700], said[2000];
    va_list args;
    va_start(args, fmt);
    text_put_args(said, sizeof said, fmt, args);
    va_end(args);
    if (zip != NULL) {
        snprintf(fix, sizeof fix, "Upload %.300s: pintop doctor --fix s3.plugin", zip);
        check_copy(check, "pintop doctor --fix s3.plugin");
        check_fixable(check);
    } else {
        snprintf(fix, sizeof fix,
                 "Download the zip of Confluent's S3 sink connector, 10.0.3 or later (" PLUGIN_PAGE
                 "), and upload it: pintop -X pintop.plugin.zip=FILE doctor --fix s3.plugin");
        check_copy(check, PLUGIN_PAGE);
    }
    check_fail(check, fix, "%s", said);
}

static void take_zip(struct found *found, const char *key, const struct s3_object *object)
{
    text_copy(found->zip_key, sizeof found->zip_key, key);
    found->zip_bytes = object->bytes;
    text_copy(found->zip_etag, sizeof found->zip_etag, object->is_md5 ? object->etag : "");
}

/* which: how it was chosen. */
static void judge_object(struct check *check, struct s3_bucket *bucket, const char *key,
                         const char *which, size_t n_zips)
{
    struct s3_object object;
    struct plugin_zip zip;
    struct pt_error err;
    char size[40], others[80] = "";
    pt_code code = s3_head_object(check->client, check->keys, bucket, key, &object, &err);
    if (code == PT_OK && object.bytes == PT_UNKNOWN) {
        check_unknown(
            check, "Look at it by hand: " BUCKET_MANUAL ".",
            "S3 does not report the size of s3://%s/%s, without which pintop does not read it",
            bucket->name, key);
        return;
    }
    if (code == PT_OK)
        code = plugin_zip_of_object(check->client, check->keys, bucket, key, &object, &zip, &err);
    if (n_zips > 1)
        snprintf(others, sizeof others, "; the %s of %zu zips there", which, n_zips);
    if (code == PT_EDATA || code == PT_EFULL) {
        plugin_unfit(check, "s3://%s/%s is not the sink's plugin: %s%s", bucket->name, key,
                     err.what, others);
        return;
    }
    if (code == PT_EREFUSED || code == PT_ENOTFOUND) {
        check_unknown(check, "Check again.", "s3://%s/%s was replaced while it was read: %s",
                      bucket->name, key, err.what);
        return;
    }
    if (code != PT_OK) {
        check_error(check, &err);
        return;
    }
    take_zip(check->found, key, &object);
    plugin_zip_size(object.bytes, size, sizeof size);
    check_copy(check, key);
    check_ok(check, "s3://%s/%s, %s, holds %s. It is judged by the jar's name%s", bucket->name, key,
             size, zip.jar, others);
}

/* The object that the fix uploads; NULL: it is not listed, or no file is set. A newer one of
 * somebody else's does not concern whoever has a file of their own. */
static const struct s3_object *own_zip(const struct check *check, const struct s3_listing *list)
{
    const char *path = check_set(check, "pintop.plugin.zip");
    char key[PLUGIN_KEY_MAX];
    if (path == NULL || !plugin_upload_key(path, key, sizeof key))
        return NULL;
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->objects[i].key, key) == 0)
            return &list->objects[i];
    return NULL;
}

static void check_plugin_zip(struct check *check)
{
    struct found *found = check->found;
    struct s3_bucket bucket = {.name = found->bucket};
    struct s3_listing list;
    struct pt_error err;
    size_t n_zips;
    text_copy(bucket.region, sizeof bucket.region, found->bucket_region);
    if (s3_list(check->client, check->keys, &bucket, PLUGIN_FOLDER, NULL, NULL, ZIPS_SEEN, &list,
                &err) != PT_OK) {
        check_error(check, &err);
        return;
    }
    const struct s3_object *newest = plugin_zip_newest(&list, &n_zips);
    const struct s3_object *own = own_zip(check, &list);
    if (own != NULL)
        judge_object(check, &bucket, own->key, "one that pintop.plugin.zip names,", n_zips);
    else if (list.is_truncated)
        check_unknown(check,
                      "Leave only the plugin's zip there: " BUCKET_MANUAL
                      " > the bucket > " PLUGIN_FOLDER ".",
                      "more than %zu objects are in s3://%s/" PLUGIN_FOLDER
                      ", so the newest one is not known",
                      list.n, bucket.name);
    else if (newest == NULL)
        plugin_unfit(check, "nothing is in s3://%s/" PLUGIN_FOLDER ": the plugin's zip is missing",
                     bucket.name);
    else
        judge_object(check, &bucket, newest->key, "newest", n_zips);
    s3_listing_done(&list);
}

const struct check_row checks_of_store[] = {
    {.id = "s3.bucket",
     .title = "the bucket",
     .step = "12",
     .needs = "aws.login",
     .after = "user.id msk.cluster",
     .manual = BUCKET_MANUAL ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = 10000,
     .run = store_check_bucket},
    {.id = "s3.plugin",
     .title = "the sink plugin's zip",
     .step = "13",
     .needs = "s3.bucket",
     .manual = BUCKET_MANUAL " > the bucket > " PLUGIN_FOLDER ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = 10000,
     .run = check_plugin_zip,
     .fix = &plugin_upload_fix},
    {.id = NULL},
};
