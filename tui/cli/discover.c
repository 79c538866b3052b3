/* `pintop discover`: the MSK clusters of the region, and how to reach them. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "pintop/auth.h"

static const struct cli_option discover_options[] = {CLI_JSON, CLI_NO_MORE_OPTIONS};

static cJSON *cluster_json(const struct pt_msk_cluster *cluster)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "arn", cluster->arn);
    json_text(json, "name", cluster->name);
    json_text(json, "type", cluster->type);
    json_text(json, "state", cluster->state);
    json_text(json, "kafka_version", cluster->kafka_version);
    json_count(json, "brokers", cluster->n_brokers < 0 ? PT_UNKNOWN : cluster->n_brokers);
    cJSON *servers = cJSON_AddObjectToObject(json, "bootstrap_servers");
    for (size_t i = 0; i < cluster->n_endpoints; i++) {
        json_text(servers, cluster->endpoints[i].kind, cluster->endpoints[i].servers);
    }
    json_text(json, "zookeeper", cluster->zookeeper);
    json_text(json, "error", cluster->error);
    return json;
}

static cJSON *discover_json(const struct pt_msk_clusters *all)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "region", all->region);
    cJSON_AddBoolToObject(json, "truncated", all->is_truncated);
    cJSON *list = cJSON_AddArrayToObject(json, "clusters");
    for (size_t i = 0; i < all->n; i++) {
        cJSON_AddItemToArray(list, cluster_json(&all->clusters[i]));
    }
    return json;
}

static void print_cluster(const struct pt_msk_cluster *cluster)
{
    printf("%s  %s  %s", cluster->name, cluster->state, cluster->type);
    if (cluster->kafka_version[0]) {
        printf("  Kafka %s", cluster->kafka_version);
    }
    if (cluster->n_brokers >= 0) {
        printf("  %d broker%s", (int)cluster->n_brokers, cluster->n_brokers == 1 ? "" : "s");
    }
    printf("\n  %-14s %s\n", "arn", cluster->arn);
    for (size_t i = 0; i < cluster->n_endpoints; i++) {
        printf("  %-14s %s\n", cluster->endpoints[i].kind, cluster->endpoints[i].servers);
    }
    if (cluster->error[0]) {
        printf("  %-14s unknown: %s\n", "servers", cluster->error);
    }
    if (cluster->zookeeper[0]) {
        printf("  %-14s %s\n", "zookeeper", cluster->zookeeper);
    }
}

static int discover_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct pt_msk_clusters all;
    struct pt_error err;
    (void)args;
    pt_code code = pt_discover(cfg, &all, &err);
    if (code == PT_OK && cli->given.is_json) {
        code = print_json(discover_json(&all), &err);
    } else if (code == PT_OK) {
        for (size_t i = 0; i < all.n; i++) {
            print_cluster(&all.clusters[i]);
        }
        if (all.n == 0) {
            fprintf(stderr, "pintop: no MSK cluster in %s\n", all.region);
        }
    }
    pt_msk_clusters_done(&all);
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_discover = {
    .name = "discover",
    .synopsis = "[--json]",
    .does = "MSK clusters of the region, and their bootstrap servers",
    .options = discover_options,
    .run = discover_run,
};
