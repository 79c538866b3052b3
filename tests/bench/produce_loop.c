/* The baseline: the smallest C loop over librdkafka that sends ready-made records, with pintop's
 * own producer settings, to three topics as fast as it can.
 *
 *   produce_loop -b SERVERS --count N [--prefix demo.] [-X KEY=VALUE]… [--copy]
 *   produce_loop --dump FILE --count N     the same records as lines "key<TAB>value", for others
 *
 * The records are pintop's, made before the clock starts; N a topic, each held in flight to at most
 * pintop's window. Their bytes stay where they are (no copy) unless --copy. Prints one line:
 *   records_per_s=… mb_per_s=… cpu_s_per_million=… rss_kb=… records=… failed=…
 * CPU is getrusage's from the first record to the last report. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

#include "base/hist.h"
#include "pintop/stream.h"
#include "stream/record.h"

enum { READY = 30000, WINDOW = 32768, BURST = 256 };

struct ready {
    char *bytes;
    size_t at[READY + 1]; /* record i is bytes[at[i]] to bytes[at[i + 1]] */
};

struct lane {
    rd_kafka_topic_t *topic;
    struct ready ready;
    long sent, in_flight;
};

struct loop {
    struct lane lanes[PT_STREAMS];
    rd_kafka_t *rk;
    const char *prefix, *dump;
    long count;
    int flags;
    long delivered, failed;
    double bytes;
    struct hist ack_us; /* of every sixteenth: it should cost the loop nothing */
};

static const char *const defaults[][2] = {
    {"enable.idempotence",           "true"   },
    {"acks",                         "all"    },
    {"compression.codec",            "lz4"    },
    {"linger.ms",                    "50"     },
    {"batch.size",                   "262144" },
    {"message.timeout.ms",           "0"      },
    {"socket.nagle.disable",         "true"   },
    {"queue.buffering.max.kbytes",   "2097151"},
    {"queue.buffering.max.messages", "131072" },
};

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double cpu_s(long *rss_kb)
{
    struct rusage ru;

    getrusage(RUSAGE_SELF, &ru);
    *rss_kb = ru.ru_maxrss;
    return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
           (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

static bool make_ready(struct ready *ready, enum pt_stream_id id)
{
    struct record_gen gen;
    size_t used = 0, cap = 1 << 20;

    record_gen_init(&gen, 100, 5);
    ready->bytes = malloc(cap);
    for (size_t i = 0; ready->bytes && i < READY; i++) {
        if (cap - used < RECORD_MAX_BYTES) {
            char *more = realloc(ready->bytes, cap *= 2);

            if (!more)
                free(ready->bytes);
            ready->bytes = more;
            if (!more)
                break;
        }
        ready->at[i] = used;
        used += record_write(&gen, id, i, ready->bytes + used);
        ready->at[i + 1] = used;
    }
    return ready->bytes;
}

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
    struct loop *loop = opaque;
    struct lane *lane = msg->_private;

    (void)rk;
    lane->in_flight--;
    if (msg->err) {
        if (!loop->failed++)
            fprintf(stderr, "produce_loop: %s\n", rd_kafka_message_errstr(msg));
        return;
    }
    if ((loop->delivered++ & 15) == 0)
        hist_add(&loop->ack_us, (uint64_t)rd_kafka_message_latency(msg));
    loop->bytes += (double)msg->len;
}

/* One record of a lane; false: its window or the queue is full, or it is done. */
static bool send_one(struct loop *loop, struct lane *lane)
{
    const struct ready *ready = &lane->ready;
    long which = lane->sent % READY;
    char key[24];
    int key_len;

    if (lane->sent == loop->count || lane->in_flight == WINDOW)
        return false;
    key_len = snprintf(key, sizeof key, "%ld", lane->sent);
    if (rd_kafka_produce(lane->topic, RD_KAFKA_PARTITION_UA, loop->flags,
                         ready->bytes + ready->at[which], ready->at[which + 1] - ready->at[which],
                         key, (size_t)key_len, lane))
        return false;
    lane->sent++;
    lane->in_flight++;
    return true;
}

/* A burst of a lane; true: it could have sent more. */
static bool send_burst(struct loop *loop, struct lane *lane)
{
    int left = BURST;

    while (left > 0 && send_one(loop, lane))
        left--;
    return left == 0;
}

/* Until every record has its report. Sleeps in poll only while no lane can send. */
static void run(struct loop *loop)
{
    long all = loop->count * PT_STREAMS;

    while (loop->delivered + loop->failed < all) {
        bool has_room = false;

        for (int id = 0; id < PT_STREAMS; id++)
            has_room |= send_burst(loop, &loop->lanes[id]);
        rd_kafka_poll(loop->rk, has_room ? 0 : 100);
    }
}

static int dump(const struct loop *loop)
{
    FILE *out = fopen(loop->dump, "we");
    bool is_bad = !out;

    for (long n = 0; !is_bad && n < loop->count; n++) {
        for (int id = 0; id < PT_STREAMS; id++) {
            const struct ready *ready = &loop->lanes[id].ready;
            size_t at = ready->at[n % READY], end = ready->at[n % READY + 1];

            fprintf(out, "%ld\t", n);
            fwrite(ready->bytes + at, 1, end - at, out);
            is_bad = putc('\n', out) == EOF;
        }
    }
    if (out && fclose(out))
        is_bad = true;
    if (is_bad)
        perror(loop->dump);
    return is_bad;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];

    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK)
        return true;
    fprintf(stderr, "produce_loop: %s\n", text);
    return false;
}

/* Options into loop and conf; false: wrong usage. */
static bool take_options(struct loop *loop, rd_kafka_conf_t *conf, int argc, char **argv)
{
    static const struct option options[] = {
        {"count",            required_argument, NULL, 'n'},
        {"prefix",              required_argument, NULL, 'p'},
        {"dump",                  required_argument, NULL, 'd'},
        {"copy",no_argument, NULL, 'c'},
        {0              },
    };
    int opt;

    while ((opt = getopt_long(argc, argv, "b:X:", options, NULL)) != -1) {
        char *value = opt == 'X' ? strchr(optarg, '=') : NULL;

        if (value)
            *value++ = '\0';
        if (opt == 'n')
            loop->count = strtol(optarg, NULL, 10);
        else if (opt == 'p')
            loop->prefix = optarg;
        else if (opt == 'd')
            loop->dump = optarg;
        else if (opt == 'c')
            loop->flags = RD_KAFKA_MSG_F_COPY;
        else if (!(opt == 'b' && set(conf, "bootstrap.servers", optarg)) &&
                 !(value && set(conf, optarg, value)))
            return false;
    }
    return loop->count > 0;
}

static bool open_producer(struct loop *loop, rd_kafka_conf_t *conf)
{
    char text[256];

    rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    rd_kafka_conf_set_opaque(conf, loop);
    loop->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!loop->rk)
        fprintf(stderr, "produce_loop: %s\n", text);
    for (int id = 0; loop->rk && id < PT_STREAMS; id++) {
        snprintf(text, sizeof text, "%s%s", loop->prefix, pt_stream_name(id));
        loop->lanes[id].topic = rd_kafka_topic_new(loop->rk, text, NULL);
    }
    return loop->rk;
}

static int measure(struct loop *loop)
{
    long rss_kb, all = loop->count * PT_STREAMS;
    double start_s = now_s(), start_cpu_s = cpu_s(&rss_kb), took_s, took_cpu_s;

    run(loop);
    took_s = now_s() - start_s;
    took_cpu_s = cpu_s(&rss_kb) - start_cpu_s;
    printf("records_per_s=%.0f mb_per_s=%.1f cpu_s_per_million=%.3f rss_kb=%ld records=%ld "
           "failed=%ld p99_ms=%.1f\n",
           (double)loop->delivered / took_s, loop->bytes / took_s / 1e6,
           took_cpu_s / (double)all * 1e6, rss_kb, loop->delivered, loop->failed,
           (double)hist_read(&loop->ack_us).p99 / 1e3);
    return loop->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    static struct loop loop = {.prefix = "demo."};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool is_good = true;
    int status;

    hist_init(&loop.ack_us);
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        is_good = is_good && set(conf, defaults[i][0], defaults[i][1]);
    if (!is_good || !take_options(&loop, conf, argc, argv)) {
        fprintf(stderr, "produce_loop -b SERVERS --count N [--prefix P] [-X KEY=VALUE]... "
                        "[--copy] | --dump FILE --count N\n");
        return 2;
    }
    for (int id = 0; id < PT_STREAMS; id++)
        if (!make_ready(&loop.lanes[id].ready, id))
            return 1;
    if (loop.dump)
        return dump(&loop);
    if (!open_producer(&loop, conf))
        return 1;
    status = measure(&loop);
    for (int id = 0; id < PT_STREAMS; id++) {
        rd_kafka_topic_destroy(loop.lanes[id].topic);
        free(loop.lanes[id].ready.bytes);
    }
    rd_kafka_destroy(loop.rk);
    return status;
}
