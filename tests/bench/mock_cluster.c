/* A Kafka cluster in a process of its own, for machines without Java: librdkafka's mock with three
 * brokers.
 *
 *   mock_cluster [--topic NAME:PARTITIONS]… [--many TOPICS:PARTITIONS]
 *
 * --many makes topics many.0000, many.0001 …. Prints the bootstrap servers as one line, then lives
 * until its standard input closes. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/nudge.h"

enum { BROKERS = 3, TOPICS_MAX = 100000 };

/* "NAME:N" cut at its last colon. */
static bool split(char *text, long *n)
{
    char *colon = strrchr(text, ':');

    if (!colon)
        return false;
    *colon = '\0';
    *n = strtol(colon + 1, NULL, 10);
    return *n >= 1 && *n <= 10000;
}

static bool create(rd_kafka_mock_cluster_t *mock, const char *name, long partitions)
{
    rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(mock, name, (int)partitions, 1);

    if (code)
        fprintf(stderr, "mock_cluster: %s: %s\n", name, rd_kafka_err2str(code));
    return !code;
}

static bool create_many(rd_kafka_mock_cluster_t *mock, char *text)
{
    char name[32];
    long topics, partitions;

    if (!split(text, &partitions))
        return false;
    topics = strtol(text, NULL, 10);
    if (topics < 1 || topics > TOPICS_MAX)
        return false;
    for (long i = 0; i < topics; i++) {
        snprintf(name, sizeof name, "many.%04ld", i);
        if (!create(mock, name, partitions))
            return false;
    }
    return true;
}

static bool create_topics(rd_kafka_mock_cluster_t *mock, int argc, char **argv)
{
    static const struct option options[] = {
        {"topic", required_argument, NULL, 't'},
        {"many",   required_argument, NULL, 'm'},
        {0      },
    };
    long partitions;
    int opt;

    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (opt == 't' && split(optarg, &partitions) && create(mock, optarg, partitions))
            continue;
        if (opt == 'm' && create_many(mock, optarg))
            continue;
        fprintf(stderr, "mock_cluster [--topic NAME:PARTITIONS]... [--many TOPICS:PARTITIONS]\n");
        return false;
    }
    return true;
}

/* The mock prints a notice by default. */
static void drop_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk, (void)level, (void)facility, (void)text;
}

int main(int argc, char **argv)
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_mock_cluster_t *mock;
    rd_kafka_t *rk;
    int status = 2;

    rd_kafka_conf_set_log_cb(conf, drop_log);
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    mock = rk ? rd_kafka_mock_cluster_new(rk, BROKERS) : NULL;
    if (!mock) {
        fprintf(stderr, "mock_cluster: %s\n", rk ? "no mock cluster" : text);
        return 1;
    }
    /* Else a second goes by for two topics in three. */
    struct nudge nudge;
    nudge_start(&nudge, rd_kafka_mock_cluster_bootstraps(mock));
    bool is_made = create_topics(mock, argc, argv);
    nudge_stop(&nudge);
    if (is_made) {
        puts(rd_kafka_mock_cluster_bootstraps(mock));
        fflush(stdout);
        while (read(STDIN_FILENO, text, sizeof text) > 0)
            ;
        status = 0;
    }
    rd_kafka_mock_cluster_destroy(mock);
    rd_kafka_destroy(rk);
    return status;
}
