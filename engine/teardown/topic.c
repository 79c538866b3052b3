/* What was created on the brokers: topics. Kafka does not tell when, so a topic whose creation was
 * cut off is never deleted. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "doctor/kafka.h"
#include "kafka/ask.h"
#include "login/discovery.h"
#include "teardown/teardown.h"

/* Only a consumer asks for a topic without creating it; it never joins the group. */
#define TOPIC_GROUP "pintop"

enum { TOPIC_LIMIT_MS = 30 * 1000, TOPIC_GONE_MS = 10 * 1000, TOPIC_LOOK_MS = 250 };

/* The servers that AWS names, where no others are configured. */
static pt_code find_servers(struct teardown *t, struct pt_error *err)
{
    struct found *found = &t->found;
    const char *own = pt_config_get(t->cfg, "bootstrap.servers");
    pt_code code = PT_OK;
    if (own == NULL && pt_config_get(t->cfg, "pintop.msk.cluster") != NULL)
        code = discovery_find(t->cfg, NULL, &found->kafka_cfg, err);
    if (code == PT_OK && found->kafka_cfg != NULL)
        own = pt_config_get(found->kafka_cfg, "bootstrap.servers");
    if (own != NULL)
        text_copy(found->brokers, sizeof found->brokers, own);
    return code;
}

static pt_code open_kafka(struct teardown *t, struct pt_error *err)
{
    struct msk_token token = {0};
    pt_code code = find_servers(t, err);
    if (code != PT_OK)
        return code;
    const struct pt_config *cfg = kafka_client_config(&t->check);
    code = kafka_make_token(&t->check, cfg, &token, err);
    const struct ask_token with = {token.text, "kafka-cluster", token.expires_ms};
    if (code == PT_OK)
        code = ask_open_group(cfg, &with, TOPIC_GROUP, &t->found.ask, err);
    msk_token_done(&token);
    if (code == PT_OK)
        ask_cluster_id(t->found.ask, (int)check_left_ms(&t->check), t->cluster_id,
                       sizeof t->cluster_id);
    return code;
}

static bool is_cluster_named(const struct teardown *t)
{
    return pt_config_get(t->cfg, "pintop.msk.cluster") != NULL ||
           (pt_config_get(t->cfg, "bootstrap.servers") != NULL && !pt_config_is_embedded(t->cfg));
}

/* False: the topic was created through AWS on another cluster than the one that is named, or
 * brokers are named beside it, which may be another one's; the check says so. */
static bool is_its_arn(struct teardown *t, const struct created *note)
{
    char fix[PT_FIX_MAX];
    const char *named = pt_config_get(t->cfg, "pintop.msk.cluster");
    if (named != NULL && strcmp(named, note->arn) == 0 &&
        pt_config_get(t->cfg, "bootstrap.servers") == NULL)
        return true;
    snprintf(fix, sizeof fix,
             "Name that cluster, and no brokers: pintop -X pintop.msk.cluster=%.330s teardown",
             note->arn);
    check_unknown(&t->check, fix, "it was created through the AWS API on the cluster %s",
                  note->arn);
    return false;
}

/* False: the topic's cluster is not the one that answers, and the check says so. */
static bool is_its_cluster(struct teardown *t, const struct created *note)
{
    char fix[PT_FIX_MAX];
    bool is_through_aws = note->cluster[0] == '\0' && note->arn[0] != '\0';
    if (is_through_aws && !is_its_arn(t, note))
        return false;
    snprintf(fix, sizeof fix,
             "Name its cluster as when the topic was created: -c CONTEXT, -F FILE or -b %.400s",
             note->ref[0] != '\0' ? note->ref : "HOST:PORT");
    if (!is_cluster_named(t)) {
        check_unknown(&t->check, fix, "no Kafka cluster is named");
        return false;
    }
    if (!t->is_kafka_tried) {
        t->is_kafka_tried = true;
        t->kafka_err = (struct pt_error){.code = PT_OK};
        open_kafka(t, &t->kafka_err);
    }
    if (t->kafka_err.code != PT_OK) {
        check_unknown(&t->check, t->kafka_err.fix, "%s", t->kafka_err.what);
        return false;
    }
    if (!is_through_aws &&
        (t->cluster_id[0] == '\0' || strcmp(t->cluster_id, note->cluster) != 0)) {
        check_unknown(&t->check, fix,
                      t->cluster_id[0] == '\0'
                          ? "the brokers do not answer with a cluster ID"
                          : "it is on another cluster (%s) than the one that is named (%s)",
                      note->cluster[0] != '\0' ? note->cluster : "unknown", t->cluster_id);
        return false;
    }
    return true;
}

/* records: -1 when they could not be counted, and why says so. */
static void say_topic_loss(struct teardown_item *item, int64_t records, const char *why)
{
    if (records < 0)
        buf_printf(&item->loss,
                   "What is lost: the topic with all its records, which could not be counted (%s).",
                   why);
    else if (records == 0)
        buf_puts(&item->loss, "What is lost: the topic, which has no records.");
    else
        buf_printf(&item->loss,
                   "What is lost: the topic with up to %lld records, for good, whoever wrote them.",
                   (long long)records);
    if (records != 0)
        buf_puts(&item->loss, "\nSomebody else may have deleted it and created it again since "
                              "then, which Kafka does not report.");
}

static void say_topic(struct teardown *t, struct teardown_item *item,
                      const struct rd_kafka_metadata_topic *topic)
{
    int64_t records = 0;
    struct pt_error err;
    char fix[400];
    if (!item->note.is_made) {
        snprintf(fix, sizeof fix, "If it is yours: pintop topics delete %s", item->note.name);
        check_warn(&t->check, fix,
                   "the run that was creating it was cut off, and Kafka does not report whether "
                   "that run or somebody else created it");
        return;
    }
    pt_code code =
        ask_records(t->found.ask, topic, (int)check_left_ms(&t->check) / 2, &records, &err);
    check_ok(&t->check, "%d partition%s", topic->partition_cnt, text_s(topic->partition_cnt));
    say_topic_loss(item, code == PT_OK ? records : -1, err.what);
    if (!t->how->is_unattended || (code == PT_OK && records == 0))
        return;
    snprintf(fix, sizeof fix, "If it is yours: pintop topics delete %s", item->note.name);
    if (code != PT_OK)
        check_unknown(&t->check, fix, "its records could not be counted (%s)", err.what);
    else
        check_warn(&t->check, fix,
                   "it has up to %lld records, and Kafka does not report whether somebody else has "
                   "created it again since then, so that --yes alone does not delete it",
                   (long long)records);
}

/* A topic that the caller may not see is not listed either. */
static void say_unlisted(struct teardown *t, const char *name)
{
    struct pt_error err;
    pt_code code = ask_topic(t->found.ask, name, (int)check_left_ms(&t->check), &err);
    if (code == PT_ENOTFOUND)
        check_not_needed(&t->check, "there is no such topic any more");
    else if (code == PT_OK)
        check_unknown(&t->check, "Look again: pintop teardown",
                      "the brokers do not list it, although they say that it exists");
    else
        check_error(&t->check, &err);
}

static void look_topic(struct teardown *t, struct teardown_item *item)
{
    const struct rd_kafka_metadata *metadata;
    struct pt_error err;
    buf_reset(&item->loss);
    if (!is_its_cluster(t, &item->note))
        return;
    if (ask_metadata(t->found.ask, (int)check_left_ms(&t->check), &metadata, &err) != PT_OK) {
        check_error(&t->check, &err);
        return;
    }
    const struct rd_kafka_metadata_topic *topic = topic_list_find(metadata, item->note.name);
    if (topic != NULL && topic->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        say_topic(t, item, topic);
    else
        say_unlisted(t, item->note.name);
    rd_kafka_metadata_destroy(metadata);
}

/* A topic is listed for a moment after it was deleted. */
static void await_unlisted(struct teardown *t, const char *name)
{
    const struct rd_kafka_metadata *metadata;
    struct http_transport *net = &t->check.client->net;
    int64_t until_us = clock_mono_us() + (int64_t)TOPIC_GONE_MS * 1000;
    struct pt_error err;
    bool is_there = true;
    while (is_there && clock_mono_us() < until_us &&
           ask_metadata(t->found.ask, TOPIC_GONE_MS, &metadata, &err) == PT_OK) {
        is_there = topic_list_find(metadata, name) != NULL;
        rd_kafka_metadata_destroy(metadata);
        if (is_there && net->wait(net->arg, TOPIC_LOOK_MS) != PT_OK)
            return;
    }
}

static pt_code remove_topic(struct teardown *t, struct teardown_item *item, struct pt_error *err)
{
    pt_code code = ask_delete(t->found.ask, item->note.name, (int)check_left_ms(&t->check), err);
    if (code == PT_OK)
        await_unlisted(t, item->note.name);
    return code;
}

const struct teardown_kind teardown_topic = {.does = "delete the topic",
                                             .is_typed = true,
                                             .limit_ms = TOPIC_LIMIT_MS,
                                             .look = look_topic,
                                             .remove = remove_topic};
