/* The write probe against a store that accepts writes, refuses them, fails, hangs, or does not
 * delete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/witness/ask.h"
#include "connector/witness/probe.h"
#include "fake_aws.h"

#define ID "0123456789abcdef"
#define SECRET "wJalrXUtnFEMIsecretOfTheSink"

static const char topics[2][PT_TOPIC_MAX] = {"demo.pin", "demo.geo"};

/* How the store behaves. */
enum mood {
    TAKES,
    REFUSES_ALL,
    REFUSES_ONE_TOPIC,
    FAILS,
    IS_BUSY,
    HANGS,
    NO_BUCKET,
    KEEPS,
    CHANGES
};

struct store {
    enum mood mood;
    char kept[8][400]; /* URLs of what was written and not deleted */
    size_t n_kept, n_uploads, n_writes;
    const char *stop_at; /* the first write with this in its URL is interrupted; NULL: none */
    bool is_stopped;
};

struct world {
    struct fake_aws fake;
    struct store store;
    struct conn conn;
    struct aws_client client;
    struct aws_keys keys;
};

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static pt_code refuse(struct http_answer *answer, int status, const char *code, const char *message)
{
    char body[600];
    snprintf(body, sizeof body,
             "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message>"
             "<RequestId>R1</RequestId></Error>",
             code, message);
    return fake_answer(answer, status, body);
}

static pt_code take_away(struct store *store, const char *url, struct http_answer *answer)
{
    if (has(url, "uploadId=")) {
        store->n_uploads--;
        return fake_answer(answer, 204, "");
    }
    if (store->mood == KEEPS)
        return refuse(answer, 403, "AccessDenied", "Access Denied");
    for (size_t i = 0; i < store->n_kept; i++)
        if (strcmp(store->kept[i], url) == 0)
            memcpy(store->kept[i], store->kept[--store->n_kept], sizeof store->kept[i]);
    return fake_answer(answer, 204, "");
}

static pt_code write_to(struct store *store, const struct fake_call *call,
                        struct http_answer *answer, struct pt_error *err)
{
    static const char denied[] =
        "User: arn:aws:iam::123456789012:user/sink is not authorized to perform: s3:PutObject on "
        "resource: \"arn:aws:s3:::objects/topics/x\" because no identity-based policy allows the "
        "s3:PutObject action";
    char url[400];
    store->n_writes++;
    snprintf(url, sizeof url, "%.*s", (int)strcspn(call->url, "?"), call->url);
    bool is_topic = has(url, "demo.geo");
    bool is_object = !has(call->url, "uploads=") && !has(call->url, "partNumber=");
    if (store->stop_at != NULL && has(call->url, store->stop_at)) {
        store->is_stopped = true;
        if (is_object)
            snprintf(store->kept[store->n_kept++], sizeof store->kept[0], "%s", url);
        return pt_error_set(err, PT_ECANCELLED, NULL, "cancelled");
    }
    switch (store->mood) {
    case REFUSES_ALL:
        return refuse(answer, 403, "AccessDenied", denied);
    case REFUSES_ONE_TOPIC:
        if (is_topic)
            return refuse(answer, 403, "AccessDenied", denied);
        break;
    case FAILS:
        return fake_answer(answer, 500, "");
    case IS_BUSY:
        return refuse(answer, 503, "SlowDown", "Please reduce your request rate.");
    case NO_BUCKET:
        return refuse(answer, 404, "NoSuchBucket", "The specified bucket does not exist");
    case HANGS:
        return pt_error_set(err, PT_ETIMEOUT, "Try again.", "no answer in 0.2 s");
    default:
        break;
    }
    if (has(call->url, "uploads=")) {
        store->n_uploads++;
        return fake_answer(answer, 200,
                           "<InitiateMultipartUploadResult><UploadId>u-1</UploadId>"
                           "</InitiateMultipartUploadResult>");
    }
    fake_answer_header(answer, "ETag: \"e1\"");
    if (is_object) {
        store->n_uploads -= has(call->url, "uploadId=");
        snprintf(store->kept[store->n_kept++], sizeof store->kept[0], "%s", url);
    }
    return fake_answer(
        answer, 200,
        has(call->url, "uploadId=u-1") && is_object ? "<CompleteMultipartUploadResult/>" : "");
}

static pt_code answer(struct fake_aws *fake, size_t n, struct http_answer *out,
                      struct pt_error *err)
{
    struct store *store = fake->arg;
    const struct fake_call *call = &fake->calls[n];
    if (strcmp(call->method, "DELETE") == 0)
        return take_away(store, call->url, out);
    if (strcmp(call->method, "GET") != 0)
        return write_to(store, call, out, err);
    return fake_answer(out, 200,
                       store->mood == CHANGES
                           ? "something else"
                           : "{\"pintop\":\"write probe\",\"may\":\"be deleted\"}\n");
}

static void add_setting(struct conn *conn, const char *name, const char *value)
{
    assert_true(conn_set(conn, name, value));
}

static void begin(struct world *w, enum mood mood, const char *class_name)
{
    const struct aws_options options = {.region = "us-east-1",
                                        .endpoint_url = "http://127.0.0.1:9"};
    memset(w, 0, sizeof *w);
    w->store.mood = mood;
    w->fake.now_ms = 1770000000000;
    w->fake.answer = answer;
    w->fake.arg = &w->store;
    const struct aws_world world = fake_aws_world(&w->fake);
    const struct http_transport net = fake_aws_net(&w->fake);
    aws_client_init(&w->client, &world, &net, &options);
    assert_int_equal(aws_client_load(&w->client, NULL), PT_OK);
    assert_true(aws_keys_set(&w->keys, "AKIASINK", SECRET, NULL));
    conn_init(&w->conn);
    snprintf(w->conn.name, sizeof w->conn.name, "sink");
    snprintf(w->conn.class_name, sizeof w->conn.class_name, "%s", class_name);
    add_setting(&w->conn, "s3.bucket.name", "objects");
    add_setting(&w->conn, "aws.access.key.id", "AKIASINK");
    add_setting(&w->conn, "aws.secret.access.key", SECRET);
    w->conn.has_settings = true;
}

static void done(struct world *w)
{
    conn_done(&w->conn);
    aws_client_done(&w->client);
    aws_keys_done(&w->keys);
}

static bool is_stopped(void *arg)
{
    return ((struct store *)arg)->is_stopped;
}

/* Run the probe with the connector's own credentials, or with pintop's if is_other. */
static struct probe *probe(struct world *w, bool is_other)
{
    static struct probe probe;
    assert_int_equal(probe_plan(&w->conn, ID, topics, 2, &probe, NULL), PT_OK);
    probe.is_as_connector = !is_other;
    const struct probe_access access = {.client = &w->client,
                                        .cleaner = &w->client,
                                        .keys = &w->keys,
                                        .is_cancelled = is_stopped,
                                        .arg = &w->store,
                                        .call_ms = 200};
    probe_run(&w->conn, &access, &probe);
    for (size_t i = 0; i < probe.n_steps; i++)
        assert_null(strstr(probe.steps[i].says, SECRET));
    assert_null(strstr(probe.fix, "estart"));
    return &probe;
}

#define LAB "pintop.lab.S3SinkConnector"
#define CONFLUENT "io.confluent.connect.s3.S3SinkConnector"

static void step_says(const struct probe *p, const char *text)
{
    for (size_t i = 0; i < p->n_steps; i++)
        if (has(p->steps[i].says, text))
            return;
    for (size_t i = 0; i < p->n_steps; i++)
        print_message("%s\n", p->steps[i].says);
    fail_msg("no step says: %s", text);
}

static void what_is_taken_is_read_and_deleted(void **state)
{
    char sum[200];
    (void)state;
    struct world w;
    begin(&w, TAKES, LAB);
    struct probe *p = probe(&w, false);
    assert_int_equal(w.fake.n_calls, 9); /* three places: PUT, GET, DELETE, once each */
    assert_int_equal(p->n_taken, 3);
    assert_int_equal(w.store.n_kept + p->n_left, 0);
    assert_false(p->is_refused);
    assert_string_equal(p->cause, "");
    assert_string_equal(p->places[0].key, "topics/.pintop-probe-" ID);
    assert_string_equal(p->places[1].key, "topics/demo.pin/.pintop-probe-" ID);
    assert_string_equal(w.fake.calls[3].method, "PUT");
    assert_true(has(w.fake.calls[3].url, "topics/demo.pin/.pintop-probe-" ID));
    probe_sum(p, sum, sizeof sum);
    assert_non_null(strstr(sum, "3 objects were written, read and deleted"));
    done(&w);
}

/* Confluent's sink writes objects in parts, and a policy may treat that differently. */
static void parts_are_written_as_the_sink_does(void **state)
{
    (void)state;
    struct world w;
    begin(&w, TAKES, CONFLUENT);
    struct probe *p = probe(&w, false);
    assert_int_equal(p->n_taken, 3);
    assert_int_equal(w.fake.n_calls, 3 + 2 * 5);
    assert_true(has(w.fake.calls[3].url, "uploads="));
    assert_true(has(w.fake.calls[4].url, "partNumber=1"));
    assert_true(has(w.fake.calls[5].body, "<ETag>\"e1\"</ETag>"));
    assert_int_equal(w.store.n_kept + w.store.n_uploads, 0);
    done(&w);
}

static void a_refusal_names_action_and_resource(void **state)
{
    (void)state;
    struct world w;
    begin(&w, REFUSES_ALL, LAB);
    struct probe *p = probe(&w, false);
    assert_true(p->is_refused && p->is_telling);
    assert_string_equal(p->rule->id, "s3-denied");
    assert_non_null(strstr(p->cause, "s3:PutObject on arn:aws:s3:::objects/topics/x"));
    assert_non_null(strstr(p->fix, "s3:PutObject"));
    assert_non_null(strstr(p->fix_failed, "restart the failed tasks"));
    step_says(p, "request id R1");
    assert_int_equal(w.store.n_kept + p->n_left, 0);
    done(&w);
}

static void one_topic_that_is_refused_is_found(void **state)
{
    (void)state;
    struct world w;
    begin(&w, REFUSES_ONE_TOPIC, LAB);
    struct probe *p = probe(&w, false);
    assert_true(p->is_refused);
    assert_int_equal(p->n_taken, 2);
    step_says(p, "topics/demo.geo/.pintop-probe-" ID ": refused");
    assert_int_equal(w.store.n_kept, 0);
    done(&w);
}

/* pintop's own credentials may lack a permission that the connector's role has. */
static void a_denial_of_pintop_s_keys_accuses_nobody(void **state)
{
    char sum[200];
    (void)state;
    struct world w;
    begin(&w, REFUSES_ALL, LAB);
    struct probe *p = probe(&w, true);
    assert_true(p->is_refused && !p->is_telling);
    assert_null(p->rule);
    assert_non_null(strstr(p->cause, "says nothing about the connector's permissions"));
    probe_sum(p, sum, sizeof sum);
    assert_non_null(strstr(sum, "pintop's own credentials"));
    done(&w);
}

static void faults_of_the_store_hold_for_all(void **state)
{
    static const struct {
        enum mood mood;
        const char *rule, *says;
    } rows[] = {
        {FAILS,     "s3-internal",  "failed with an internal error"    },
        {IS_BUSY,   "s3-slow-down", "503 SlowDown"                     },
        {NO_BUCKET, "s3-no-bucket", "the bucket objects does not exist"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        begin(&w, rows[i].mood, LAB);
        struct probe *p = probe(&w, true);
        assert_true(p->is_refused && p->is_telling);
        assert_non_null(p->rule);
        assert_string_equal(p->rule->id, rows[i].rule);
        assert_non_null(strstr(p->cause, rows[i].says));
        assert_int_equal(w.store.n_writes, 1); /* only once: the fault holds for all topics */
        step_says(p, "2 further places were not tried");
        done(&w);
    }
}

static void silence_is_a_cause_after_its_deadline(void **state)
{
    (void)state;
    struct world w;
    begin(&w, HANGS, LAB);
    struct probe *p = probe(&w, false);
    assert_true(p->is_refused && p->is_telling);
    assert_non_null(strstr(p->cause, "does not answer a write within 0 s"));
    step_says(p, "no answer after");
    step_says(p, "delete topics/.pintop-probe-" ID ": done"); /* the object may have been written */
    done(&w);
}

static void what_stays_is_named(void **state)
{
    char sum[200];
    (void)state;
    struct world w;
    begin(&w, KEEPS, LAB);
    struct probe *p = probe(&w, false);
    assert_int_equal(p->n_left, 3);
    assert_false(p->is_refused);
    step_says(p, "aws s3 rm 's3://objects/topics/demo.geo/.pintop-probe-" ID "'");
    probe_sum(p, sum, sizeof sum);
    assert_non_null(strstr(sum, "3 could not be deleted"));
    done(&w);
}

static void other_bytes_are_a_fault(void **state)
{
    (void)state;
    struct world w;
    begin(&w, CHANGES, LAB);
    struct probe *p = probe(&w, false);
    step_says(p, "NOT the bytes that were written");
    assert_int_equal(w.store.n_kept, 0);
    done(&w);
}

/* The probe is interrupted while an object, or a part of one, is written. */
static void an_interrupt_leaves_nothing_behind(void **state)
{
    static const char *const stops[] = {".pintop-probe-", "partNumber=1"};
    char sum[200];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        begin(&w, TAKES, CONFLUENT);
        w.store.stop_at = stops[i];
        struct probe *p = probe(&w, false);
        assert_true(p->is_cancelled);
        assert_int_equal(w.store.n_kept + w.store.n_uploads + p->n_left, 0);
        probe_sum(p, sum, sizeof sum);
        assert_string_equal(sum, "interrupted; what was written has been deleted");
        done(&w);
    }
}

static void what_is_no_s3_sink_is_not_probed(void **state)
{
    struct pt_error err;
    static struct probe p;
    (void)state;
    struct world w;
    begin(&w, TAKES, LAB);
    assert_int_equal(probe_plan(&w.conn, "../x", topics, 2, &p, &err), PT_EUSAGE);
    w.conn.has_settings = false;
    assert_int_equal(probe_plan(&w.conn, ID, topics, 2, &p, &err), PT_EUNSUPPORTED);
    w.conn.has_settings = true;
    conn_done(&w.conn);
    conn_init(&w.conn);
    w.conn.has_settings = true; /* no bucket is named */
    assert_int_equal(probe_plan(&w.conn, ID, topics, 2, &p, &err), PT_EUNSUPPORTED);
    done(&w);
}

/* A store that refuses is repaired at the store. While the tasks run, no rule advises a restart;
 * when they have failed, each rule does. */
static void only_dead_tasks_are_to_be_restarted(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        const struct rule *rule = rules_at(i);
        const struct rule_place up = {.is_up = true}, down = {.is_up = false};
        struct rule_words words;
        if (strncmp(rule->id, "s3-", 3) != 0)
            continue;
        rule_explain(rule, "S3 PutObject: X", &up, &words);
        if (strstr(words.fix, "estart") != NULL || strlen(words.fix) < 15)
            fail_msg("%s: %s", rule->id, words.fix);
        rule_explain(rule, "S3 PutObject: X", &down, &words);
        if (strstr(words.fix, "estart the failed tasks") == NULL)
            fail_msg("%s: %s", rule->id, words.fix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_read_and_deleted),
        cmocka_unit_test(parts_are_written_as_the_sink_does),
        cmocka_unit_test(a_refusal_names_action_and_resource),
        cmocka_unit_test(one_topic_that_is_refused_is_found),
        cmocka_unit_test(a_denial_of_pintop_s_keys_accuses_nobody),
        cmocka_unit_test(faults_of_the_store_hold_for_all),
        cmocka_unit_test(silence_is_a_cause_after_its_deadline),
        cmocka_unit_test(what_stays_is_named),
        cmocka_unit_test(other_bytes_are_a_fault),
        cmocka_unit_test(an_interrupt_leaves_nothing_behind),
        cmocka_unit_test(what_is_no_s3_sink_is_not_probed),
        cmocka_unit_test(only_dead_tasks_are_to_be_restarted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
