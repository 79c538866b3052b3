/* Whatever comes from outside, parsed: mutations of real input, under the sanitizers. Each target
 * has libFuzzer's signature; the driver here needs no clang.
 *
 *   fuzz TARGET [-n RUNS] [-t SECONDS] [-s SEED] FILE…
 *   fuzz -l                                             lists the targets
 *
 * The files are the corpus; *.json fixtures of the tests are taken apart into their bodies. A run
 * is a function of its seed and its number: a crash names both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/fault.h"
#include "aws/iam.h"
#include "aws/json.h"
#include "aws/logs.h"
#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "aws/s3.h"
#include "aws/shared_files.h"
#include "aws/sts.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "config/jaas.h"
#include "config/properties.h"
#include "connector/ask.h"
#include "connector/backend.h"
#include "connector/sink.h"
#include "fake_aws.h"
#include "net/http.h"
#include "net/retry.h"
#include "stream/csv.h"
#include "stream/json_check.h"
#include "stream/row_json.h"
#include "stream/source.h"

enum { INPUT_MAX = 64 * 1024, CORPUS_MAX = 512 };

/* ------------------------------------------------------------------ targets */

static pt_code take_property(void *arg, const char *key, const char *value, int line,
                             struct pt_error *err)
{
    (void)arg, (void)key, (void)value, (void)line, (void)err;
    return PT_OK;
}

static int fuzz_properties(const uint8_t *data, size_t len)
{
    struct pt_error err;
    char *text = malloc(len + 1);
    struct jaas jaas;
    memcpy(text, data, len);
    text[len] = '\0';
    properties_parse(text, len, "fuzz", take_property, NULL, &err);
    jaas_parse(text, &jaas, &err);
    jaas_get(&jaas, "awsRoleArn");
    jaas_done(&jaas);
    free(text);
    return 0;
}

static int fuzz_aws_files(const uint8_t *data, size_t len)
{
    static char path[64];
    struct shared_files *files;
    struct pt_error err;
    snprintf(path, sizeof path, "/tmp/pintop-fuzz.%d", (int)getpid());
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return 0;
    fwrite(data, 1, len, out);
    fclose(out);
    if (shared_files_load(path, path, &files, &err) == PT_OK) {
        shared_files_get(files, "default", "role_arn");
        shared_files_get(files, "x", "s3.max_concurrent_requests");
        shared_files_get_section(files, "services", "x", "kafka.endpoint_url");
        shared_files_has(files, "two words");
        shared_files_free(files);
    }
    unlink(path);
    return 0;
}

static int fuzz_url(const uint8_t *data, size_t len)
{
    char text[2048], host[128], region[AWS_REGION_MAX];
    const char *path;
    int64_t at;
    size_t n = len < sizeof text - 1 ? len : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = '\0';
    http_url_split(text, host, sizeof host, &path, NULL);
    aws_region_of_broker(text, region, sizeof region);
    aws_region_of_arn(text, region, sizeof region);
    clock_parse_iso(text, &at);
    retry_wait_ms(0, 0.5, text, 0);
    return 0;
}

/* What the net answers: status by the first byte, the rest is the body. */
static const uint8_t *answer_data;
static size_t answer_len;

static pt_code give(struct fake_aws *fake, size_t n, struct http_answer *answer,
                    struct pt_error *err)
{
    static const int statuses[] = {200, 200, 200, 200, 403, 404, 429, 500};
    (void)err;
    fake->n_calls = n >= FAKE_CALLS_MAX - 2 ? 0 : fake->n_calls;
    answer->status = answer_len > 0 ? statuses[answer_data[0] & 7] : 200;
    if (answer_len > 1)
        http_answer_add(answer, answer_data + 1, answer_len - 1);
    return PT_OK;
}

static struct fake_aws fake;

static void open_client(struct aws_client *client, struct aws_keys *keys, const uint8_t *data,
                        size_t len)
{
    const struct aws_options options = {.region = "us-east-1"};
    memset(&fake, 0, sizeof fake);
    fake.answer = give;
    answer_data = data;
    answer_len = len;
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(client, &world, &net, &options);
    aws_client_load(client, NULL);
    memset(keys, 0, sizeof *keys);
    aws_keys_set(keys, "AKID", "secret", NULL);
}

/* Lists whose pages never end are cut by their limits. */
static int fuzz_json(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys;
    struct mskc_connectors connectors;
    struct mskc_connector connector;
    struct mskc_operation operation;
    struct mskc_plugin plugin;
    struct msk_clusters clusters;
    struct msk_bootstrap servers;
    struct cw_data metrics;
    struct logs_events events;
    const struct logs_filter filter = {.group = "g", .limit = 20};
    open_client(&client, &keys, data, len);
    if (mskc_list(&client, &keys, NULL, 20, &connectors, NULL) == PT_OK)
        mskc_connectors_done(&connectors);
    if (mskc_describe(&client, &keys, "a", &connector, NULL) == PT_OK)
        mskc_connector_done(&connector);
    mskc_describe_operation(&client, &keys, "a", &operation, NULL);
    mskc_describe_plugin(&client, &keys, "a", &plugin, NULL);
    if (msk_list_clusters(&client, &keys, NULL, 20, &clusters, NULL) == PT_OK)
        msk_clusters_done(&clusters);
    msk_get_bootstrap(&client, &keys, "a", &servers, NULL);
    if (cw_get_metric_data(&client, &keys, NULL, 0, 0, 1, &metrics, NULL) == PT_OK)
        cw_data_done(&metrics);
    if (logs_filter_events(&client, &keys, &filter, &events, NULL) == PT_OK)
        logs_events_done(&events);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

static int fuzz_xml(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys, role = {0};
    struct sts_identity who;
    struct iam_role iam;
    struct ec2_instances hosts;
    struct s3_bucket bucket = {.name = "b"};
    struct s3_listing list;
    const struct sts_assume assume = {.role_arn = "r", .session_name = "s"};
    open_client(&client, &keys, data, len);
    sts_get_caller_identity(&client, &keys, 0, &who, NULL);
    sts_assume_role(&client, &keys, &assume, &role, NULL);
    aws_keys_done(&role);
    if (iam_get_role(&client, &keys, "r", &iam, NULL) == PT_OK)
        iam_role_done(&iam);
    if (ec2_describe_instances(&client, &keys, NULL, 0, 20, &hosts, NULL) == PT_OK)
        ec2_instances_done(&hosts);
    if (s3_list(&client, &keys, &bucket, "", NULL, NULL, 20, &list, NULL) == PT_OK)
        s3_listing_done(&list);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

/* A worker's log, line by line. */
static int fuzz_log(const uint8_t *data, size_t len)
{
    struct log_cutter cutter;
    struct log_blocks blocks;
    struct conn_log witness;
    char *text = malloc(len + 1), *rest = text, *line;
    memcpy(text, data, len);
    text[len] = '\0';
    log_cutter_init(&cutter);
    while ((line = strsep(&rest, "\n")) != NULL)
        log_cutter_add(&cutter, "s", 1, line);
    log_cutter_end(&cutter, &blocks);
    struct conn conn;
    conn_init(&conn);
    log_witness(&blocks, &conn, &witness);
    free(witness.text);
    log_blocks_done(&blocks);
    free(text);
    return 0;
}

/* What a sink's settings are taken for. */
static void read_sink(struct conn *conn)
{
    struct sink sink;
    struct sink_topics topics;
    struct conn_checks checks = {0};
    char text[300];
    sink_read(conn, &sink);
    sink_topics_init(&topics, &sink);
    sink_does_read(&topics, "demo.pin");
    sink_topics_done(&topics);
    sink_prefix(&sink, "demo.pin", 1, text, sizeof text);
    sink_key_below(&sink, "demo.pin", 1, 5, text, sizeof text);
    sink_hour_prefix(&sink, "demo.pin", 1795403558000, text, sizeof text);
    pt_objects_per_hour(sink.flush_size, sink_turn_ms(&sink), 5, 3);
    check_config(conn, "us-east-1", &checks);
    conn_read_rules(conn);
}

/* Kafka Connect's answers. */
static int fuzz_connect(const uint8_t *data, size_t len)
{
    struct aws_client client;
    struct aws_keys keys;
    struct conn_backend backend;
    struct conn_list list;
    char url[128], user[128], password[128], *text = strndup((const char *)data, len);
    open_client(&client, &keys, data, len);
    const struct conn_access access = {
        .net = client.net, .url = "http://h", .user = "", .password = ""};
    conn_backend_init(&backend, &conn_connect, &access);
    snprintf(backend.version, sizeof backend.version, "3.0");
    if (conn_connect.list(&backend, "", &list, NULL) == PT_OK) {
        for (size_t i = 0; i < list.n; i++)
            read_sink(&list.items[i]);
        conn_list_done(&list);
    }
    conn_url_split(text, url, user, password, sizeof url);
    free(text);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}

/* ---- rows of files that are replayed ---- */

static void must(bool is_so, const char *what)
{
    if (!is_so) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

/* A record is one line of JSON, and read again it is the same. */
static void check_record(struct source *src, const struct source_record *rec)
{
    struct source_record again;
    struct pt_error err;
    size_t at, len = rec->len;
    char *value = malloc(len + 1);
    memcpy(value, rec->value, len);
    if (json_check_object(value, len, &at) != NULL)
        fprintf(stderr, "%.*s\nat %zu\n", (int)len, value, at);
    must(json_check_object(value, len, &at) == NULL, "a record that is no JSON object");
    must(memchr(value, '\n', len) == NULL, "a record of several lines");
    must(src->ops->again(src, 0, &rec->pos, &again, &err) == SOURCE_RECORD && again.len == len &&
             memcmp(again.value, value, len) == 0,
         "a record that is another one when it is read again");
    free(value);
}

/* The whole way: which format, whose columns, row by row, and on from the middle. */
static int fuzz_replay(const uint8_t *data, size_t len)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/pintop-fuzz.%d", (int)getpid());
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return 0;
    fwrite(data, 1, len, out);
    fclose(out);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        struct source_opts opts = {.id = (enum pt_stream_id)id, .source = path};
        struct source *src;
        struct source_record rec;
        struct pt_error err;
        struct source_pos middle = {0, 0};
        size_t n = 0, n_behind = 0;
        if (source_open(&opts, &src, &err) != PT_OK)
            continue;
        while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD && n++ < 20000) {
            check_record(src, &rec);
            middle = n == 3 ? rec.next_pos : middle;
        }
        if (n > 3 && src->ops->seek(src, &middle, &err) == PT_OK) {
            while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD && n_behind < 20000)
                n_behind++;
            must(n_behind + 3 == n || n >= 20000, "other records behind a place than before");
        }
        source_free(src);
    }
    unlink(path);
    return 0;
}

/* Whatever of a row is there: more is asked for, or the row is what it is with all of it. */
static int fuzz_csv(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct csv_dialect dialect = {",;\t|"[len > 0 ? data[0] & 3 : 0], len > 1 && data[1] & 1};
    struct csv_row row, part;
    enum csv_status whole = csv_parse(text, len, true, &dialect, &row);
    for (size_t n = 0; n < len; n += 1 + n / 8) {
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, text, n);
        if (csv_parse(exact, n, false, &dialect, &part) == CSV_ROW)
            must(whole == CSV_ROW && part.bytes == row.bytes && part.n_fields == row.n_fields,
                 "a CSV row that ends elsewhere with more bytes");
        free(exact);
    }
    for (size_t i = 0; whole == CSV_ROW && i < row.n_fields; i++) {
        char *value = malloc(ROW_JSON_BYTES(row.fields[i].len));
        const char *why;
        for (int type = 0; type <= COLUMN_TEXT; type++)
            row_json_put(value, (enum column_type)type, &row.fields[i], &dialect, &why);
        free(value);
    }
    return 0;
}

static int fuzz_rows(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct json_object object, part;
    struct column_set set;
    struct buf mended;
    size_t at;
    column_set_init(&set, PT_PIN);
    enum json_status whole = json_scan(text, len, true, &set, &object);
    for (size_t n = 0; n < len; n += 1 + n / 8) {
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, text, n);
        enum json_status status = json_scan(exact, n, false, &set, &part);
        must(status == JSON_MORE || status == whole,
             "a JSON object that is another with more bytes");
        must(status != JSON_OBJECT || part.bytes == object.bytes,
             "a JSON object that ends elsewhere with more bytes");
        free(exact);
    }
    if (whole != JSON_OBJECT)
        return 0;
    buf_init(&mended, 4 * INPUT_MAX);
    json_mend(&mended, text, object.bytes, true, &set);
    must(!mended.is_over && json_check_object(mended.data, mended.len, &at) == NULL,
         "a mended row that is no JSON");
    buf_done(&mended);
    return 0;
}

static const struct target {
    const char *name;
    int (*run)(const uint8_t *data, size_t len);
    bool is_raw; /* the files as they are, not taken apart */
} TARGETS[] = {
    {"properties", fuzz_properties, false},
    {"aws_files",  fuzz_aws_files,  false},
    {"json",       fuzz_json,       false},
    {"xml",        fuzz_xml,        false},
    {"url",        fuzz_url,        false},
    {"log",        fuzz_log,        false},
    {"connect",    fuzz_connect,    false},
    {"replay",     fuzz_replay,     true },
    {"csv",        fuzz_csv,        true },
    {"rows",       fuzz_rows,       true },
};
enum { N_TARGETS = sizeof TARGETS / sizeof *TARGETS };

/* ------------------------------------------------------------------ the corpus */

static struct {
    uint8_t *data;
    size_t len;
} corpus[CORPUS_MAX];
static size_t n_corpus;

static void add_input(const char *data, size_t len)
{
    if (n_corpus == CORPUS_MAX || len == 0 || len > INPUT_MAX / 2)
        return;
    corpus[n_corpus].data = malloc(len + 1);
    memcpy(corpus[n_corpus].data, data, len);
    corpus[n_corpus].data[len] = 0;
    corpus[n_corpus++].len = len;
}

/* The texts within a fixture are what was on the wire, or in a file. */
static void add_texts(const cJSON *json)
{
    for (const cJSON *item = json; item != NULL; item = item->next) {
        const char *text = cJSON_GetStringValue(item);
        if (text != NULL && strlen(text) > 20) {
            char *body = malloc(strlen(text) + 2);
            body[0] = ' '; /* the status */
            memcpy(body + 1, text, strlen(text) + 1);
            add_input(body, strlen(body));
            free(body);
        }
        add_texts(item->child);
    }
}

static void read_corpus(const char *path, bool is_raw)
{
    char *text = malloc(1 << 20);
    FILE *in = fopen(path, "re");
    size_t len = in != NULL ? fread(text, 1, 1 << 20, in) : 0;
    cJSON *json = NULL;
    if (in != NULL)
        fclose(in);
    if (!is_raw && json_parse(text, len, &json, NULL) == PT_OK)
        add_texts(json->child);
    else
        add_input(text, len);
    json_free(json);
    free(text);
}

/* ------------------------------------------------------------------ mutations */

static uint64_t rng;

static uint32_t any(uint32_t below)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return below > 0 ? (uint32_t)(rng >> 32) % below : 0;
}

static size_t mutate(uint8_t *out, size_t len)
{
    static const char *const words[] = {"\"",      "\\",        "{",    "}",         "[",
                                        "]",       "<",         "</",   "&amp;",     "<!DOCTYPE a>",
                                        "\\u0000", "\\ud800",   "null", "-1e999",    "99999999999",
                                        "\n",      "\r\n",      "=",    ":",         "[profile x]",
                                        "\xff",    "\xe2\x80",  "%",    "%zz",       "http://",
                                        "@",       "nextToken", "]]>",  "<![CDATA[", "\t"};
    uint32_t changes = 1 + any(6);
    while (changes-- > 0 && len > 0) {
        uint32_t at = any((uint32_t)len), kind = any(6);
        if (kind == 0) {
            out[at] ^= (uint8_t)(1u << any(8));
        } else if (kind == 1) {
            out[at] = (uint8_t)any(256);
        } else if (kind == 2) { /* cut off */
            len = at;
        } else if (kind == 3) { /* take a piece out */
            size_t n = any((uint32_t)(len - at)) + 1;
            memmove(out + at, out + at + n, len - at - n);
            len -= n;
        } else if (kind == 4) { /* put a word in */
            const char *word = words[any(sizeof words / sizeof *words)];
            size_t n = strlen(word);
            if (len + n > INPUT_MAX)
                continue;
            memmove(out + at + n, out + at, len - at);
            memcpy(out + at, word, n);
            len += n;
        } else { /* repeat a piece */
            size_t n = any((uint32_t)(len - at)) + 1;
            if (len + n > INPUT_MAX)
                continue;
            memmove(out + at + n, out + at, len - at);
            len += n;
        }
    }
    return len;
}

static void run_one(const struct target *target, uint64_t seed, uint64_t number)
{
    static uint8_t input[INPUT_MAX];
    rng = (seed + 1) * 0x9E3779B97F4A7C15u ^ (number + 1) * 0xD1B54A32D192ED03u;
    const size_t from = any((uint32_t)n_corpus);
    size_t len = corpus[from].len;
    memcpy(input, corpus[from].data, len);
    len = mutate(input, len);
    /* Of its own size, so that the sanitizer sees one byte too far. */
    uint8_t *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, input, len);
    target->run(exact, len);
    free(exact);
}

int main(int argc, char **argv)
{
    uint64_t runs = 0, seed = 1, number = 0;
    long seconds = 0;
    int opt;
    const struct target *target = NULL;
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        for (size_t i = 0; i < N_TARGETS; i++)
            puts(TARGETS[i].name);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < N_TARGETS; i++)
        if (strcmp(TARGETS[i].name, argv[1]) == 0)
            target = &TARGETS[i];
    optind = 2;
    while (target != NULL && (opt = getopt(argc, argv, "n:t:s:")) != -1) {
        unsigned long long value = strtoull(optarg, NULL, 10);
        runs = opt == 'n' ? value : runs;
        seconds = opt == 't' ? (long)value : seconds;
        seed = opt == 's' ? value : seed;
    }
    for (int i = optind; target != NULL && i < argc; i++)
        read_corpus(argv[i], target->is_raw);
    if (target == NULL || n_corpus == 0) {
        fputs("fuzz TARGET [-n RUNS] [-t SECONDS] [-s SEED] FILE…\n", stderr);
        return 2;
    }
    time_t end = time(NULL) + seconds;
    for (; seconds > 0 ? time(NULL) < end : number < runs; number++) {
        /* Said before, so that a crash has it as the last line. */
        if (number % 1000 == 0) {
            fprintf(stderr, "%s: seed %llu, runs from %llu\n", target->name,
                    (unsigned long long)seed, (unsigned long long)number);
        }
        run_one(target, seed, number);
    }
    printf("ok %s: %llu runs, seed %llu, corpus of %zu\n", target->name, (unsigned long long)number,
           (unsigned long long)seed, n_corpus);
    for (size_t i = 0; i < n_corpus; i++)
        free(corpus[i].data);
    return 0;
}
