#include "doctor/rights.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aws/denial.h"
#include "base/text.h"
#include "config/settings.h"
#include "doctor/sink_group.h"

enum { RESOURCES = 4, SETS = 5, ARN_MAX = 400, NAME_MAX_BYTES = 256 };

/* Actions that are needed on each of some resources. */
struct right_set {
    const char *what;           /* of what kind the resources are: "topic" */
    const char *const *actions; /* NULL at the end */
    bool is_store;
    bool is_partial; /* of some resources the names are not known */
    size_t n;
    char arns[RESOURCES][ARN_MAX];
    char names[RESOURCES][NAME_MAX_BYTES]; /* for people */
    char wider[ARN_MAX]; /* the resource in a policy, where it is not the ARNs themselves; "" */
};
struct right_sets {
    size_t n;
    struct right_set items[SETS];
};

static const char *const cluster_actions[] = {"kafka-cluster:Connect",
                                              "kafka-cluster:DescribeCluster",
                                              "kafka-cluster:WriteDataIdempotently", NULL};
static const char *const topic_actions[] = {"kafka-cluster:DescribeTopic", "kafka-cluster:ReadData",
                                            "kafka-cluster:WriteData", "kafka-cluster:CreateTopic",
                                            NULL};
static const char *const group_actions[] = {"kafka-cluster:DescribeGroup",
                                            "kafka-cluster:AlterGroup", NULL};
static const char *const bucket_actions[] = {"s3:ListBucket", "s3:GetBucketLocation", NULL};
static const char *const object_actions[] = {"s3:PutObject", "s3:AbortMultipartUpload", NULL};

/* ------------------------------------------------------------------ what is needed */

static struct right_set *add_set(struct right_sets *sets, const char *what,
                                 const char *const *actions)
{
    struct right_set *set = &sets->items[sets->n++];
    *set = (struct right_set){.what = what, .actions = actions};
    return set;
}

/* The ARN of what belongs to a cluster: arn:…:cluster/NAME/UUID, arn:…:topic/NAME/UUID/TOPIC. */
static void add_of_cluster(struct right_set *set, const char *cluster, const char *kind,
                           const char *name)
{
    static const char mark[] = ":cluster/";
    const char *at = strstr(cluster, mark);
    if (at == NULL || name == NULL)
        return;
    text_put(set->arns[set->n], ARN_MAX, "%.*s:%s/%s/%s", (int)(at - cluster), cluster, kind,
             at + strlen(mark), name);
    text_copy(set->names[set->n++], NAME_MAX_BYTES, name);
}

static void note_unnamed(struct rights *out, const char *what, const char *needs)
{
    buf_printf(&out->unclear, "%sthose on %s (needs %s)", out->unclear.len > 0 ? "; " : "", what,
               needs);
    if (out->needs == NULL)
        out->needs = needs;
}

static void rights_on_topics(const struct check *check, const char *cluster,
                             struct right_sets *sets, struct rights *out)
{
    static const char own[] = "__amazon_msk_connect_*";
    struct right_set *set = add_set(sets, "topic", topic_actions);
    for (int i = 0; i < PT_STREAMS; i++) {
        const char *topic = check_set(check, settings_topics[i]);
        char what[40];
        snprintf(what, sizeof what, "the %s topic", pt_stream_name((enum pt_stream_id)i));
        if (topic == NULL) {
            note_unnamed(out, what, settings_topics[i]);
            set->is_partial = true;
        }
        add_of_cluster(set, cluster, "topic", topic);
    }
    add_of_cluster(set, cluster, "topic", own);
}

/* One set is one call, and IAM simulates only actions together that are about the same kind of
 * resource. MSK Connect keeps its own state in topics, which the role creates. */
static void add_kafka_sets(const struct check *check, const char *cluster, struct right_sets *sets,
                           struct rights *out)
{
    char group[NAME_MAX_BYTES];
    struct right_set *set = add_set(sets, "cluster", cluster_actions);
    const char *name = strstr(cluster, ":cluster/");
    text_copy(set->arns[0], ARN_MAX, cluster);
    text_copy(set->names[set->n++], NAME_MAX_BYTES,
              name != NULL ? name + strlen(":cluster/") : cluster);
    set->names[0][strcspn(set->names[0], "/")] = '\0';
    rights_on_topics(check, cluster, sets, out);
    set = add_set(sets, "group", group_actions);
    set->is_partial = !sink_group_name(check, group, sizeof group);
    if (set->is_partial)
        note_unnamed(out, "the connector's group", "user.id or pintop.connector.name");
    else
        add_of_cluster(set, cluster, "group", group);
}

static void add_store_sets(const struct check *check, const char *partition,
                           struct right_sets *sets)
{
    const char *bucket = check_set(check, "pintop.bucket");
    const char *topic = check_set(check, settings_topics[PT_PIN]);
    struct right_set *set = add_set(sets, "bucket", bucket_actions);
    set->is_store = true;
    snprintf(set->arns[0], ARN_MAX, "arn:%s:s3:::%.128s", partition, bucket);
    text_copy(set->names[set->n++], NAME_MAX_BYTES, bucket);
    set = add_set(sets, "objects in", object_actions);
    set->is_store = true;
    text_put(set->arns[0], ARN_MAX,
             "arn:%s:s3:::%.128s/topics/%.80s/partition=0/%.80s+0+0000000000.json", partition,
             bucket, topic != NULL ? topic : "t", topic != NULL ? topic : "t");
    text_copy(set->names[set->n++], NAME_MAX_BYTES, bucket);
    snprintf(set->wider, ARN_MAX, "arn:%s:s3:::%.128s/*", partition, bucket);
}

/* ------------------------------------------------------------------ what was said */

static const struct iam_decision *decision_of(const struct iam_decisions *all, const char *action,
                                              const char *arn)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcasecmp(all->items[i].action, action) == 0 &&
            strcmp(all->items[i].resource, arn) == 0)
            return &all->items[i];
    return NULL;
}

/* Adds an action to a list whose last entry may be about the same resource. */
static void note_right(struct buf *list, const char *action, const struct right_set *set, size_t i,
                       const char *why)
{
    buf_printf(list, "%s%s on %s %s%s%s%s", list->len > 0 ? "; " : "", action, set->what,
               set->names[i], why != NULL ? " (" : "", why != NULL ? why : "",
               why != NULL ? ")" : "");
}

/* Says why no policy of the role can help, NULL when one can. */
static const char *why_forbidden(const struct iam_decision *is, char *out, size_t cap)
{
    if (is->is_organization_against)
        return "the organization's policies deny it";
    if (is->is_boundary_against)
        return "the role's permissions boundary does not allow it";
    if (is->verdict != IAM_EXPLICIT_DENY)
        return NULL;
    snprintf(out, cap, "a Deny%s%s", is->policies[0] != '\0' ? " in " : "", is->policies);
    return out;
}

/* Takes the answer about one action on one resource; returns whether a policy is to allow it. */
static bool take_right(struct rights *out, const struct right_set *set, size_t i,
                       const char *action, const struct iam_decision *is)
{
    char why[300];
    if (is == NULL || is->verdict == IAM_UNCLEAR) {
        note_right(&out->unclear, action, set, i, "the simulator gave no answer");
        return false;
    }
    const char *forbidden = why_forbidden(is, why, sizeof why);
    if (is->contexts[0] != '\0') {
        snprintf(why, sizeof why, "it depends on %s", is->contexts);
        note_right(&out->unclear, action, set, i, why);
    } else if (forbidden != NULL) {
        note_right(&out->forbidden, action, set, i, forbidden);
    } else if (is->verdict == IAM_ALLOWED) {
        out->n_allowed++;
    } else {
        note_right(set->is_store ? &out->perhaps : &out->denied, action, set, i, NULL);
        return true;
    }
    return false;
}

/* Returns whether a policy is to allow something of it. */
static bool ask_set(struct check *check, const char *role_arn, const struct right_set *set,
                    struct rights *out, struct pt_error *err)
{
    struct iam_decisions all;
    const char *arns[RESOURCES];
    size_t n_actions = 0;
    bool is_missing = false;
    for (size_t i = 0; i < set->n; i++)
        arns[i] = set->arns[i];
    while (set->actions[n_actions] != NULL)
        n_actions++;
    pt_code code = iam_simulate(check->client, check->keys, role_arn, set->actions, n_actions, arns,
                                set->n, &all, err);
    for (size_t i = 0; i < set->n && code == PT_OK; i++)
        for (size_t k = 0; k < n_actions; k++)
            is_missing |= take_right(out, set, i, set->actions[k],
                                     decision_of(&all, set->actions[k], set->arns[i]));
    iam_decisions_done(&all);
    return is_missing;
}

/* ------------------------------------------------------------------ the command */

static void add_policy_statement(cJSON *list, const struct right_set *set)
{
    cJSON *item = cJSON_CreateObject(), *actions, *resources;
    cJSON_AddStringToObject(item, "Effect", "Allow");
    actions = cJSON_AddArrayToObject(item, "Action");
    for (size_t i = 0; set->actions[i] != NULL; i++)
        cJSON_AddItemToArray(actions, cJSON_CreateString(set->actions[i]));
    resources = cJSON_AddArrayToObject(item, "Resource");
    for (size_t i = 0; i < set->n; i++)
        cJSON_AddItemToArray(resources,
                             cJSON_CreateString(set->wider[0] != '\0' ? set->wider : set->arns[i]));
    cJSON_AddItemToArray(list, item);
}

/* The command replaces a policy of that name, so that it always holds all rights of its kind: what
 * it gave before stays given. There is none while the name of a resource is not known. */
static void add_command(struct buf *out, const char *role, const struct right_sets *sets,
                        bool is_store)
{
    for (size_t i = 0; i < sets->n; i++)
        if (sets->items[i].is_store == is_store && sets->items[i].is_partial)
            return;
    cJSON *policy = cJSON_CreateObject();
    cJSON_AddStringToObject(policy, "Version", "2012-10-17");
    cJSON *list = cJSON_AddArrayToObject(policy, "Statement");
    for (size_t i = 0; i < sets->n; i++)
        if (sets->items[i].is_store == is_store && sets->items[i].n > 0)
            add_policy_statement(list, &sets->items[i]);
    char *text = cJSON_PrintUnformatted(policy);
    if (text != NULL && strpbrk(text, "'\\") == NULL) /* else a shell would read it otherwise */
        buf_printf(out,
                   "%saws iam put-role-policy --role-name %s --policy-name pintop-%s "
                   "--policy-document '%s'",
                   out->len > 0 ? " && " : "", role, is_store ? "bucket" : "kafka", text);
    cJSON_free(text);
    cJSON_Delete(policy);
}

/* ------------------------------------------------------------------ all of it */

/* Parts that cannot be asked about, since their names are not known. */
static void find_sets(const struct check *check, const struct iam_role *role, const char *cluster,
                      struct right_sets *sets, struct rights *out)
{
    char partition[16];
    const char *after = strncmp(role->arn, "arn:", 4) == 0 ? role->arn + 4 : "aws";
    snprintf(partition, sizeof partition, "%.*s", (int)strcspn(after, ":"), after);
    if (cluster[0] == '\0')
        note_unnamed(out, "topics and groups", "msk.cluster");
    else if (check_set(check, settings_topics[PT_PIN]) == NULL)
        note_unnamed(out, "topics and groups", "user.id");
    else
        add_kafka_sets(check, cluster, sets, out);
    if (check_set(check, "pintop.bucket") == NULL)
        note_unnamed(out, "the bucket", "user.id");
    else
        add_store_sets(check, partition, sets);
}

/* What is not answered: a denial is one for all, so nothing more is asked then. */
static void note_unasked(struct rights *out, const struct pt_error *err)
{
    struct aws_denial denial = {.action = ""};
    out->needs = NULL;
    if (err->code == PT_EAUTH)
        aws_denial_read(err->what, NULL, &denial);
    buf_printf(&out->unclear, "%sall others: %s%s", out->unclear.len > 0 ? "; " : "",
               denial.action[0] != '\0' ? "needs " : "",
               denial.action[0] != '\0' ? denial.action : err->what);
}

void rights_ask(struct check *check, const struct iam_role *role, const char *cluster_arn,
                struct rights *out)
{
    struct right_sets sets = {0};
    struct pt_error err = {.code = PT_OK};
    bool is_missing[2] = {false, false};
    struct buf *const texts[] = {&out->denied, &out->forbidden, &out->perhaps, &out->unclear,
                                 &out->command};
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_init(texts[i], RIGHTS_TEXT_MAX);
    find_sets(check, role, cluster_arn, &sets, out);
    for (size_t i = 0; i < sets.n && err.code == PT_OK; i++)
        if (sets.items[i].n > 0)
            is_missing[sets.items[i].is_store] |=
                ask_set(check, role->arn, &sets.items[i], out, &err);
    if (err.code != PT_OK)
        note_unasked(out, &err);
    for (int kind = 0; kind < 2; kind++)
        if (is_missing[kind])
            add_command(&out->command, role->name, &sets, kind == 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        out->is_cut |= texts[i]->is_over;
}

void rights_done(struct rights *rights)
{
    buf_done(&rights->denied);
    buf_done(&rights->forbidden);
    buf_done(&rights->perhaps);
    buf_done(&rights->unclear);
    buf_done(&rights->command);
}
