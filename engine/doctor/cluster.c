/* Checks of the MSK cluster as AWS describes it: that it is there and active, and how it is
 * reached. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/check.h"
#include "login/discovery.h"

enum { CLUSTERS_SEEN = 50 };

#define MANUAL "AWS console, Amazon MSK > Clusters"

/* ------------------------------------------------------------------ which one */

/* "b-1.NAME.abc123.c7.kafka.REGION.amazonaws.com": its second part is the cluster's name, in
 * lower case and perhaps shortened. */
static bool is_broker_of(const char *servers, const char *name)
{
    const char *dot = servers != NULL ? strchr(servers, '.') : NULL;
    if (dot == NULL || strstr(servers, ".kafka.") == NULL)
        return false;
    size_t len = strcspn(dot + 1, ".");
    return len > 0 && strncasecmp(dot + 1, name, len) == 0;
}

/* What is found in the list. The name is the one of the configuration; without one it is the
 * cluster that the configured brokers belong to, or the only one. */
static void cluster_choose(const struct msk_clusters *all, const char *name, const char *servers,
                           char *arn, size_t cap)
{
    const char *wanted = name != NULL && strcmp(name, "auto") != 0 ? name : NULL;
    bool is_by_brokers = name == NULL;
    arn[0] = '\0';
    for (size_t i = 0; i < all->n; i++)
        if (wanted != NULL ? strcmp(all->items[i].name, wanted) == 0
                           : is_by_brokers && is_broker_of(servers, all->items[i].name))
            text_copy(arn, cap, all->items[i].arn);
    if (wanted == NULL && arn[0] == '\0' && all->n == 1 && !all->is_truncated)
        text_copy(arn, cap, all->items[0].arn);
}

/* A cluster that is set by its ARN, or by its brokers, is of one region, and all the rest is looked
 * for in the other one. Returns false after saying so. */
static bool is_of_region(struct check *check)
{
    const char *region = check->client->region;
    const char *cluster = check_set(check, "pintop.msk.cluster");
    const char *servers = check_set(check, "bootstrap.servers");
    char is[AWS_REGION_MAX], fix[300];
    bool is_arn = cluster != NULL && aws_region_of_arn(cluster, is, sizeof is);
    if (!is_arn && (servers == NULL || !aws_region_of_broker(servers, is, sizeof is)))
        return true;
    if (strcmp(is, region) == 0)
        return true;
    snprintf(fix, sizeof fix, "Use the cluster's region: --region %s. Or name a cluster in %s.", is,
             region);
    check_fail(check, fix,
               "%s is in %s, but your region is %s (%s), where the bucket, the connector and the "
               "host are looked for",
               is_arn ? "pintop.msk.cluster" : "the cluster of bootstrap.servers", is, region,
               check->client->region_source);
    return false;
}

/* Offers all that are there, as long as a word about each fits. */
static void cluster_offer(struct check *check, const struct msk_clusters *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct msk_cluster *c = &all->items[i];
        char words[160], brokers[40] = "";
        if (c->n_brokers >= 0)
            snprintf(brokers, sizeof brokers, ", %d broker%s", (int)c->n_brokers,
                     text_s(c->n_brokers));
        snprintf(words, sizeof words, "%s%s%s%s%s",
                 c->state[0] != '\0' ? c->state : "in an unknown state",
                 c->kafka_version[0] != '\0' ? ", Kafka " : "", c->kafka_version, brokers,
                 strcmp(c->type, "SERVERLESS") == 0 ? ", Serverless" : "");
        check_choice(check, "pintop.msk.cluster", c->name, words);
    }
}

/* It is not among those that were listed: looks for it once more by its name, else says why it was
 * not found, and offers those that are there. */
static void cluster_not_listed(struct check *check, const char *name,
                               const struct msk_clusters *all, char *arn, size_t cap)
{
    struct pt_error err;
    if (msk_find(check->client, check->keys, name != NULL ? name : "auto", arn, cap, &err) == PT_OK)
        return;
    arn[0] = '\0';
    cluster_offer(check, all);
    check_error(check, &err);
}

/* n_found: out, how many clusters there are; 0 when they were not listed. */
static bool find_cluster(struct check *check, char *arn, size_t cap, size_t *n_found)
{
    const char *name = check_set(check, "pintop.msk.cluster");
    struct msk_clusters all = {0};
    struct pt_error err;
    *n_found = 0;
    arn[0] = '\0';
    if (!is_of_region(check))
        return false;
    if (name != NULL && strncmp(name, "arn:", 4) == 0) {
        text_copy(arn, cap, name);
        return true;
    }
    if (msk_list_clusters(check->client, check->keys, NULL, CLUSTERS_SEEN, &all, &err) != PT_OK) {
        check_error(check, &err);
        return false;
    }
    cluster_choose(&all, name, check_set(check, "bootstrap.servers"), arn, cap);
    *n_found = all.is_truncated ? 0 : all.n;
    if (arn[0] == '\0')
        cluster_not_listed(check, name, &all, arn, cap);
    msk_clusters_done(&all);
    return arn[0] != '\0';
}

/* ------------------------------------------------------------------ msk.cluster */

/* AWS's states of a cluster. In those that work it serves clients. */
static const struct cluster_state {
    const char *word;
    bool is_good, is_working;
    const char *fix;
} STATES[] = {
    {"ACTIVE",           true,  true,  NULL                                                      },
    {"UPDATING",         false, true,
     "There is nothing to do: the cluster serves clients while it is updated."                   },
    {"MAINTENANCE",      false, true,
     "There is nothing to do: the brokers restart one by one, and the others serve clients."     },
    {"REBOOTING_BROKER", false, true,
     "Wait until the broker has restarted: the others serve clients meanwhile."                  },
    {"HEALING",          false, true,
     "Wait until AWS has replaced the broker: the others serve clients meanwhile."               },
    {"CREATING",         false, false,
     "Wait until the cluster is ACTIVE, which takes about 20 minutes, then check again."         },
    {"DELETING",         false, false, "Choose another cluster, since this one is being deleted."},
    {"FAILED",           false, false, "Look at the cluster in the console, or create another."  },
};

static void cluster_say_state(struct check *check, const struct msk_cluster *c, const char *words)
{
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++) {
        if (strcmp(STATES[i].word, c->state) != 0)
            continue;
        if (STATES[i].is_good)
            check_ok(check, "%s", words);
        else if (STATES[i].is_working)
            check_warn(check, STATES[i].fix, "%s", words);
        else
            check_fail(check, STATES[i].fix, "%s", words);
        return;
    }
    check_unknown(check, "Look at the cluster in the console.",
                  "%s; pintop does not know this state", words);
}

/* An ARN that leads nowhere is one that was set: it also decides in which region everything else is
 * looked for. */
static void say_no_cluster(struct check *check, const char *arn)
{
    char fix[300];
    snprintf(fix, sizeof fix,
             "Correct pintop.msk.cluster: the region in its ARN, %s, is where everything else is "
             "looked for, too. `pintop --region REGION discover` lists the clusters of a region.",
             check->client->region);
    check_fail(check, fix, "your credentials see no MSK cluster %s in %s", arn,
               check->client->region);
}

/* Name, state, what clients log in with, brokers and version. Where IAM is off it is said which
 * other ways in there are. */
static void cluster_words(const struct msk_cluster *c, char *out, size_t cap)
{
    char brokers[40] = "";
    if (c->n_brokers >= 0)
        snprintf(brokers, sizeof brokers, ", %d broker%s", (int)c->n_brokers, text_s(c->n_brokers));
    snprintf(out, cap, "%s is %s, IAM %s%s%s%s%s%s", c->name,
             c->state[0] != '\0' ? c->state : "in a state that AWS does not report",
             c->has_iam ? "on" : "off", !c->has_iam && c->has_scram ? ", SASL/SCRAM on" : "",
             !c->has_iam && c->has_plaintext ? ", plaintext allowed" : "", brokers,
             c->kafka_version[0] != '\0' ? ", Kafka " : "", c->kafka_version);
}

static void check_cluster(struct check *check)
{
    struct found *found = check->found;
    struct msk_cluster *c = &found->cluster;
    struct pt_error err;
    char arn[AWS_ARN_MAX], words[500];
    size_t n_found;
    if (!find_cluster(check, arn, sizeof arn, &n_found))
        return;
    pt_code code = msk_describe_cluster(check->client, check->keys, arn, c, &err);
    if (code == PT_ENOTFOUND)
        say_no_cluster(check, arn);
    else if (code != PT_OK)
        check_error(check, &err);
    if (code != PT_OK)
        return;
    found->has_cluster = true;
    cluster_words(c, words, sizeof words);
    check_copy(check, c->arn);
    if (n_found > 1)
        check_brief(check, "%s, 1 of %zu found", c->name, n_found);
    else
        check_brief(check, "%s", c->name);
    if (pt_config_is_iam(check->cfg) || check_set(check, "sasl.mechanism") == NULL) {
        if (!c->has_iam) {
            check_fail(check,
                       "Switch IAM access control on: MSK console > the cluster > Actions > Edit "
                       "security settings. Its brokers restart one by one.",
                       "%s", words);
            return;
        }
    }
    cluster_say_state(check, c, words);
}

/* ------------------------------------------------------------------ msk.bootstrap */

static void say_servers(struct check *check, const char *servers, const char *whose)
{
    check_copy(check, servers);
    check_ok(check, "%s%s", whose, servers);
}

static void check_bootstrap(struct check *check)
{
    struct found *found = check->found;
    const char *own = check_set(check, "bootstrap.servers");
    struct pt_error err;
    if (msk_get_bootstrap(check->client, check->keys, found->cluster.arn, &found->servers, &err) !=
        PT_OK) {
        check_error(check, &err);
        return;
    }
    if (discovery_choose(check->cfg, found->cluster.name, &found->servers, &found->kafka_cfg,
                         &err) != PT_OK) {
        check_fail(check, err.fix, "%s", err.what);
        return;
    }
    const char *servers = pt_config_get(found->kafka_cfg, "bootstrap.servers");
    /* When they are not this cluster's, every later step looks at another one. */
    if (own != NULL && msk_bootstrap_has(&found->servers, own)) {
        text_copy(found->brokers, sizeof found->brokers, own);
        say_servers(check, own, "these brokers are configured, and they are the cluster's: ");
    } else if (own != NULL) {
        text_copy(found->brokers, sizeof found->brokers, own);
        check_copy(check, servers);
        check_warn(check, "Correct bootstrap.servers, or pintop.msk.cluster.",
                   "bootstrap.servers is %s, which is no broker of %s: its brokers are %s", own,
                   found->cluster.name, servers);
    } else {
        text_copy(found->brokers, sizeof found->brokers, servers);
        say_servers(check, servers, "");
    }
}

static void check_zookeeper(struct check *check)
{
    const struct msk_cluster *c = &check->found->cluster;
    if (c->zookeeper[0] == '\0') {
        check_not_needed(
            check, "%s has no ZooKeeper string, and nothing in this pipeline needs one", c->name);
        return;
    }
    check_copy(check, c->zookeeper);
    check_ok(check, "%s; nothing in this pipeline needs it", c->zookeeper);
}

const struct check_row checks_of_cluster[] = {
    {.id = "msk.cluster",
     .title = "the MSK cluster",
     .step = "10",
     .needs = "aws.login",
     .manual = MANUAL ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .run = check_cluster},
    {.id = "msk.bootstrap",
     .title = "its bootstrap servers",
     .step = "10",
     .needs = "msk.cluster",
     .manual = MANUAL " > the cluster > View client information.",
     .use = CHECK_AWS,
     .is_signed = true,
     .run = check_bootstrap},
    {.id = "msk.zookeeper",
     .title = "its ZooKeeper string",
     .step = "10",
     .needs = "msk.cluster",
     .use = CHECK_AWS,
     .run = check_zookeeper},
    {.id = NULL   },
};
