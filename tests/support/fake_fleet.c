#include "fake_fleet.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "connector/watch/worker.h"

enum { TICK_MS = 200, CALL_MS = 30, RATE_PER_S = 10 };
#define START_MS INT64_C(1790000000000)

static struct fleet fleet;
static struct connectors connectors;
static struct pt_config *cfg;
static int64_t clock_ms;

int64_t fleet_clock_ms(void)
{
    return clock_ms != 0 ? clock_ms : START_MS;
}

int64_t fleet_now_ms(const struct fleet *f)
{
    return clock_ms - f->begun_ms;
}

/* ---- AWS ---- */

static const char *header_of(const struct http_request *req, const char *name)
{
    for (size_t i = 0; i < req->n_headers; i++)
        if (strcasecmp(req->headers[i].name, name) == 0)
            return req->headers[i].value;
    return "";
}

static int number(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static int who_is(const char *text)
{
    const char *name = strstr(text, "c-");
    return name != NULL ? number(name + 2) : -1;
}

static void put_connector(cJSON *to, int who, bool is_whole)
{
    const struct fleet_one *one = &fleet.ones[who];
    char text[256];
    snprintf(text, sizeof text, "arn:aws:kafkaconnect:us-east-1:123456789012:connector/%s/1-2-3",
             one->name);
    cJSON_AddStringToObject(to, "connectorArn", text);
    cJSON_AddStringToObject(to, "connectorName", one->name);
    cJSON_AddStringToObject(to, "connectorState", one->state);
    snprintf(text, sizeof text, "V%d", one->version);
    cJSON_AddStringToObject(to, "currentVersion", text);
    cJSON_AddStringToObject(to, "creationTime", "2026-01-01T00:00:00Z");
    cJSON_AddStringToObject(to, "serviceExecutionRoleArn", "arn:aws:iam::123456789012:role/sink");
    cJSON_AddItemToObject(
        to, "plugins",
        cJSON_Parse("[{\"customPlugin\":{\"customPluginArn\":\"arn:aws:kafkaconnect:us-east-1:"
                    "123456789012:custom-plugin/s3/1\",\"revision\":1}}]"));
    cJSON_AddItemToObject(to, "logDelivery",
                          cJSON_Parse("{\"workerLogDelivery\":{\"cloudWatchLogs\":{\"enabled\":"
                                      "true,\"logGroup\":\"/msk\"}}}"));
    if (!is_whole)
        return;
    cJSON *settings = cJSON_AddObjectToObject(to, "connectorConfiguration");
    cJSON_AddStringToObject(settings, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    snprintf(text, sizeof text, "t-%03d", who);
    cJSON_AddStringToObject(settings, "topics", text);
    snprintf(text, sizeof text, "bucket-%03d", who);
    cJSON_AddStringToObject(settings, "s3.bucket.name", text);
    cJSON_AddStringToObject(settings, "s3.region", "us-east-1");
    cJSON_AddStringToObject(settings, "flush.size", "1");
    cJSON_AddStringToObject(settings, "tasks.max", "1");
    if (strcmp(one->state, "FAILED") == 0)
        cJSON_AddItemToObject(
            to, "stateDescription",
            cJSON_Parse("{\"code\":\"InvalidInput\",\"message\":\"Missing required "
                        "configuration \\\"a.b\\\" which has no default value\"}"));
}

static cJSON *list_page(const char *url)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "connectors");
    const char *token = strstr(url, "nextToken=");
    size_t at = token != NULL ? (size_t)number(token + strlen("nextToken=")) : 0;
    size_t end = at + fleet.page < fleet.n ? at + fleet.page : fleet.n;
    for (size_t i = at; i < end; i++) {
        cJSON *item = cJSON_CreateObject();
        put_connector(item, (int)i, false);
        cJSON_AddItemToArray(list, item);
    }
    char text[16];
    snprintf(text, sizeof text, "%zu", end);
    if (end < fleet.n)
        cJSON_AddStringToObject(json, "nextToken", text);
    return json;
}

static double value_of(const struct fleet_one *one, const char *metric)
{
    return strcmp(metric, "RunningTaskCount") == 0     ? one->running
           : strcmp(metric, "ErroredTaskCount") == 0   ? one->errored
           : strcmp(metric, "SinkRecordReadRate") == 0 ? one->read_per_s
                                                       : 1;
}

static void put_series(cJSON *results, const cJSON *query)
{
    const cJSON *metric = cJSON_GetObjectItem(cJSON_GetObjectItem(query, "MetricStat"), "Metric");
    const cJSON *dimension = cJSON_GetArrayItem(cJSON_GetObjectItem(metric, "Dimensions"), 0);
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(metric, "MetricName"));
    const struct fleet_one *one =
        &fleet.ones[who_is(cJSON_GetStringValue(cJSON_GetObjectItem(dimension, "Value")))];
    cJSON *result = cJSON_CreateObject();
    bool has_data = !one->has_no_metrics && one->metrics_status == NULL;
    int64_t minute = clock_ms / 60000;
    double time_s = (double)minute * 60, value = value_of(one, name);
    cJSON_AddItemToArray(results, result);
    cJSON_AddStringToObject(result, "Id", cJSON_GetStringValue(cJSON_GetObjectItem(query, "Id")));
    cJSON_AddStringToObject(result, "Label", name);
    cJSON_AddStringToObject(result, "StatusCode",
                            one->metrics_status != NULL ? one->metrics_status : "Complete");
    cJSON_AddItemToObject(result, "Timestamps", cJSON_CreateDoubleArray(&time_s, has_data));
    cJSON_AddItemToObject(result, "Values", cJSON_CreateDoubleArray(&value, has_data));
}

static cJSON *metrics_page(const struct http_request *req, struct fleet_note *note)
{
    cJSON *asked = cJSON_ParseWithLength(req->body, req->body_len);
    const cJSON *queries = cJSON_GetObjectItem(asked, "MetricDataQueries");
    const char *token = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "NextToken"));
    cJSON *json = cJSON_CreateObject(),
          *results = cJSON_AddArrayToObject(json, "MetricDataResults");
    int n = cJSON_GetArraySize(queries), at = token != NULL ? number(token) : 0;
    int page = fleet.metrics_page > 0 ? (int)fleet.metrics_page : n;
    for (int i = at; i < n && i < at + page; i++)
        put_series(results, cJSON_GetArrayItem(queries, i));
    char text[16];
    snprintf(text, sizeof text, "%d", at + page);
    if (at + page < n)
        cJSON_AddStringToObject(json, "NextToken", text);
    note->n_queries = n;
    note->n_connectors = n / 6;
    cJSON_Delete(asked);
    return json;
}

/* What is asked, by its service and path. */
static enum fleet_call kind_of(const char *service, const char *url)
{
    if (strcmp(service, "monitoring") == 0)
        return FLEET_METRICS;
    if (strcmp(service, "logs") == 0)
        return FLEET_LOG;
    if (strcmp(service, "iam") == 0)
        return FLEET_ROLE;
    if (strcmp(service, "s3") == 0)
        return FLEET_OBJECTS;
    if (strstr(url, "/custom-plugins/") != NULL)
        return FLEET_PLUGIN;
    if (strstr(url, "/operations") != NULL)
        return FLEET_OPERATIONS;
    return strstr(url, "/v1/connectors/") != NULL ? FLEET_DESCRIBE : FLEET_LIST;
}

static cJSON *json_of(const struct http_request *req, struct fleet_note *note)
{
    cJSON *json = NULL;
    switch (note->kind) {
    case FLEET_LIST:
        return list_page(req->url);
    case FLEET_DESCRIBE:
        json = cJSON_CreateObject();
        put_connector(json, note->who, true);
        return json;
    case FLEET_OPERATIONS:
        return cJSON_Parse("{\"connectorOperations\":[]}");
    case FLEET_PLUGIN:
        return cJSON_Parse("{\"customPluginArn\":\"arn:x\",\"customPluginState\":\"ACTIVE\"}");
    case FLEET_METRICS:
        return metrics_page(req, note);
    default:
        return cJSON_Parse("{\"events\":[]}");
    }
}

static int64_t high_of(int who)
{
    (void)who;
    return 1000 + fleet_now_ms(&fleet) / 1000 * RATE_PER_S;
}

/* The newest object of the partition that is looked through; a trusting role. */
static void write_xml(const struct fleet_note *note, char *out, size_t cap)
{
    if (note->kind == FLEET_ROLE) {
        snprintf(out, cap,
                 "<GetRoleResponse><GetRoleResult><Role><RoleName>sink</RoleName>"
                 "<AssumeRolePolicyDocument>kafkaconnect.amazonaws.com</AssumeRolePolicyDocument>"
                 "</Role></GetRoleResult></GetRoleResponse>");
        return;
    }
    char when[32];
    clock_format_ms(clock_ms - 1000, when, sizeof when);
    snprintf(out, cap,
             "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>topics/t-%03d/"
             "partition=0/t-%03d+0+%010lld.json</Key><Size>10</Size><LastModified>%s</LastModified>"
             "</Contents></ListBucketResult>",
             note->who, note->who, (long long)high_of(note->who) - 1, when);
}

static void add_body(struct http_answer *answer, int status, const char *text)
{
    answer->status = status;
    answer->is_begun = answer->was_sent = true;
    http_answer_add(answer, text, strlen(text));
}

static const char *service_of(const struct http_request *req)
{
    static const char *const names[] = {"kafkaconnect", "monitoring", "logs", "iam", "s3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char scope[32];
        snprintf(scope, sizeof scope, "/%s/aws4_request", names[i]);
        if (strstr(header_of(req, "authorization"), scope) != NULL)
            return names[i];
    }
    abort();
}

static void refuse(struct http_answer *answer, const struct fleet_note *note, int status,
                   const char *code)
{
    char text[256];
    bool is_xml = note->kind == FLEET_ROLE || note->kind == FLEET_OBJECTS;
    if (is_xml)
        snprintf(text, sizeof text,
                 "<ErrorResponse><Error><Code>%s</Code><Message>no</Message>"
                 "</Error></ErrorResponse>",
                 code);
    else
        snprintf(text, sizeof text, "{\"__type\":\"%s\",\"message\":\"no\"}", code);
    add_body(answer, status, text);
}

static pt_code call(void *arg, const struct http_request *req, struct http_answer *answer,
                    struct pt_error *err)
{
    (void)arg, (void)err;
    struct fleet_note *note = &fleet.calls[fleet.n_calls++];
    if (fleet.n_calls == FLEET_CALLS_MAX)
        abort();
    memset(answer, 0, sizeof *answer);
    http_answer_add(answer, "", 0);
    clock_ms += CALL_MS / 2;
    note->at_ms = fleet_now_ms(&fleet);
    note->service = service_of(req);
    note->kind = kind_of(note->service, req->url);
    const char *topic = strstr(req->url, "t-");
    note->who =
        note->kind == FLEET_OBJECTS ? (topic != NULL ? number(topic + 2) : -1) : who_is(req->url);
    clock_ms += CALL_MS / 2;
    if (fleet.fails[note->kind] != 0) {
        refuse(answer, note, fleet.fails[note->kind], fleet.fault);
    } else if (note->kind == FLEET_DESCRIBE && fleet.ones[note->who].is_describe_denied) {
        refuse(answer, note, 403, "AccessDeniedException");
    } else if (note->kind == FLEET_ROLE || note->kind == FLEET_OBJECTS) {
        char text[1024];
        write_xml(note, text, sizeof text);
        add_body(answer, 200, text);
    } else {
        cJSON *json = json_of(req, note);
        char *text = cJSON_PrintUnformatted(json);
        add_body(answer, 200, text);
        free(text);
        cJSON_Delete(json);
    }
    return PT_OK;
}

static pt_code wait_ms(void *arg, int64_t ms)
{
    (void)arg;
    clock_ms += ms;
    return PT_OK;
}

/* ---- the rest of the world ---- */

static const char *env_of(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "AWS_ACCESS_KEY_ID") == 0       ? "AKIAEXAMPLEEXAMPLE01"
           : strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0 ? "secret"
                                                        : NULL;
}

static int64_t world_ms(void *arg)
{
    (void)arg;
    return clock_ms;
}

/* Kafka's answer: everything is taken, unless it is stuck. */
static void answer_kafka(const struct conn_job *job)
{
    struct conn_news *news = calloc(1, sizeof *news);
    news->ask = job->ask;
    news->key = job->key;
    news->asked_ms = clock_ms;
    news->objects.newest_ms = PT_UNKNOWN;
    int who = who_is(job->conn.name);
    if (job->ask == CONN_ASK_LAG) {
        news->rows.n = job->rows.n;
        news->rows.rows = calloc(job->rows.n + 1, sizeof *news->rows.rows);
        for (size_t i = 0; i < job->rows.n; i++) {
            news->rows.rows[i] = job->rows.rows[i];
            news->rows.rows[i].high = high_of(who);
            news->rows.rows[i].low = 0;
            news->rows.rows[i].committed = fleet.ones[who].is_stuck ? 900 : high_of(who);
        }
    } else {
        pt_error_set(&news->error, PT_EUNSUPPORTED, "Nothing", "this Kafka doesn't tell");
    }
    conn_models_news(&fleet.connectors, news);
    conn_news_free(news);
}

static void take_news(void *arg, struct conn_news *news)
{
    (void)arg;
    conn_models_news(&fleet.connectors, news);
    conn_news_free(news);
}

/* False: none was left. */
static bool serve_kafka(void)
{
    struct conn_job *job = queue_take(connectors.workers[CONCERN_KAFKA].jobs, 0);
    if (job != NULL && !job->is_newest)
        answer_kafka(job);
    conn_job_free(job);
    return job != NULL;
}

/* One job of each worker: they work side by side. */
static void serve_aws(void)
{
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_job *job =
            i != CONCERN_KAFKA ? queue_take(connectors.workers[i].jobs, 0) : NULL;
        if (job != NULL)
            conn_worker_serve(&connectors.workers[i], job);
        conn_job_free(job);
    }
}

static void ask(struct fleet *f)
{
    f->desk.desk.is_booted = true;
    conn_asks(&f->connectors, clock_ms);
    f->desk.desk.is_booted = false;
}

void fleet_run(struct fleet *f, int64_t ms)
{
    int64_t until_ms = clock_ms + ms;
    while (clock_ms < until_ms) {
        ask(f);
        while (serve_kafka())
            ask(f);
        serve_aws();
        conn_models_tick(&f->connectors);
        clock_ms += TICK_MS;
    }
}

static const struct watch_report *make_report(size_t n)
{
    struct watch_report *r = calloc(1, sizeof *r);
    r->topics = calloc(n + 1, sizeof *r->topics);
    r->partitions = calloc(n + 1, sizeof *r->partitions);
    r->n_topics = r->n_partitions = n;
    for (size_t i = 0; i < n; i++) {
        struct pt_topic *topic = &r->topics[i];
        snprintf(topic->name, sizeof topic->name, "t-%03zu", i);
        topic->n_partitions = 1;
        topic->first_partition = i;
        topic->committed = topic->lag = PT_UNKNOWN;
        r->partitions[i] = (struct pt_partition){.leader = 1,
                                                 .committed = PT_UNKNOWN,
                                                 .high = PT_UNKNOWN,
                                                 .low = PT_UNKNOWN,
                                                 .lag = PT_UNKNOWN};
    }
    return r;
}

static void make_workers(void)
{
    const struct aws_world world = {.get_env = env_of, .now_ms = world_ms};
    const struct http_transport net = {.call = call, .wait = wait_ms};
    const struct aws_options options = {.region = "us-east-1"};
    memset(&connectors, 0, sizeof connectors);
    connectors.opts = (struct connectors_opts){
        .cfg = cfg, .ops = &conn_mskconnect, .cluster = "", .news = take_news};
    keyring_init(&connectors.ring);
    aws_pace_init(&connectors.pace, clock_even_ms);
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_worker *worker = &connectors.workers[i];
        worker->connectors = &connectors;
        worker->jobs = queue_new();
        pthread_mutex_init(&worker->lock, NULL);
        worker->has_setup = true;
        aws_client_init(&worker->setup.client, &world, &net, &options);
        worker->setup.client.pace = &connectors.pace;
        if (aws_client_load(&worker->setup.client, NULL) != PT_OK)
            abort();
    }
}

struct fleet *fleet_open(size_t n, bool is_oneshot, const char *named)
{
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:1",
                                    "pintop.connector.backend=mskconnect", "pintop.topics=t-000",
                                    "pintop.state.dir=/nonexistent", NULL};
    memset(&fleet, 0, sizeof fleet);
    clock_ms = fleet.begun_ms = START_MS;
    fleet.n = n;
    fleet.page = 100;
    for (size_t i = 0; i < n; i++) {
        struct fleet_one *one = &fleet.ones[i];
        *one = (struct fleet_one){.version = 1, .running = 1, .read_per_s = RATE_PER_S};
        snprintf(one->name, sizeof one->name, "c-%03zu", i);
        snprintf(one->state, sizeof one->state, "RUNNING");
    }
    test_desk_init(&fleet.desk, settings);
    cfg = fleet.desk.cfg;
    memset(&fleet.desk.set, 0, sizeof fleet.desk.set);
    fleet.desk.desk.clock = &clock_machine; /* which the test has defined */
    fleet.desk.run = (struct pt_run){.is_oneshot = is_oneshot, .connector = named};
    snprintf(fleet.desk.set.topics[0], sizeof fleet.desk.set.topics[0], "t-000");
    conn_models_init(&fleet.connectors, &fleet.desk.desk);
    fleet.connectors.report = make_report(n);
    make_workers();
    conn_models_connect(&fleet.connectors, &connectors, NULL);
    return &fleet;
}

void fleet_close(struct fleet *f)
{
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_worker *worker = &connectors.workers[i];
        queue_free(worker->jobs, conn_job_free);
        free(worker->checks);
        aws_client_done(&worker->setup.client);
        pthread_mutex_destroy(&worker->lock);
    }
    keyring_done(&connectors.ring);
    aws_pace_done(&connectors.pace);
    conn_models_done(&f->connectors);
    test_desk_done(&f->desk);
}

struct conn_model *fleet_model(struct fleet *f, int who)
{
    struct conn_models *cs = &f->connectors;
    for (size_t i = 0; i < cs->n; i++)
        if (strcmp(cs->items[i].conn.name, f->ones[who].name) == 0)
            return &cs->items[i];
    return NULL;
}

/* ---- what was asked ---- */

int fleet_most(const struct fleet *f, const char *service, int64_t window_ms, int64_t from_ms)
{
    int most = 0, n = 0;
    size_t first = 0;
    for (size_t i = 0; i < f->n_calls; i++) {
        const struct fleet_note *note = &f->calls[i];
        bool is_one =
            note->at_ms >= from_ms && (service == NULL || strcmp(service, note->service) == 0);
        n += is_one;
        for (; f->calls[first].at_ms <= note->at_ms - window_ms; first++)
            n -= f->calls[first].at_ms >= from_ms &&
                 (service == NULL || strcmp(service, f->calls[first].service) == 0);
        most = n > most ? n : most;
    }
    return most;
}

int fleet_count(const struct fleet *f, enum fleet_call kind, int who, int64_t from_ms)
{
    int n = 0;
    for (size_t i = 0; i < f->n_calls; i++)
        n += f->calls[i].kind == kind && (who < 0 || f->calls[i].who == who) &&
             f->calls[i].at_ms >= from_ms;
    return n;
}

int fleet_place(const struct fleet *f, enum fleet_call kind, int who)
{
    int place = 0;
    for (size_t i = 0; i < f->n_calls; i++) {
        if (f->calls[i].kind != kind)
            continue;
        if (f->calls[i].who == who)
            return place;
        place++;
    }
    return -1;
}
