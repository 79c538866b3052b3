/* Where a call goes, by the settings of the environment and of the AWS files, against botocore in
 * the same surroundings (tests/data/aws/endpoint_settings.json: service, region, environment,
 * config file; the URL as it went out and the region in its signature, or null where botocore
 * refuses). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/endpoint.h"
#include "base/file.h"
#include "fake_aws.h"
#include "scratch.h"

static const struct {
    const char *name;
    const struct aws_service *service;
} SERVICES[] = {
    {"sts",          &aws_sts       },
    {"kafka",        &aws_msk       },
    {"kafkaconnect", &aws_mskconnect},
    {"s3",           &aws_s3        },
    {"ssm",          &aws_ssm       },
    {"ec2",          &aws_ec2       },
    {"iam",          &aws_iam       },
    {"cloudwatch",   &aws_cloudwatch},
    {"logs",         &aws_logs      },
    {"sso",          &aws_sso       },
};

static const struct aws_service *service_of(const char *name)
{
    for (size_t i = 0; i < sizeof SERVICES / sizeof *SERVICES; i++)
        if (strcmp(SERVICES[i].name, name) == 0)
            return SERVICES[i].service;
    fail_msg("no service %s", name);
    return NULL;
}

static struct fake_aws fake;

static const char *at(const cJSON *row, int i)
{
    return cJSON_GetStringValue(cJSON_GetArrayItem(row, i));
}

/* The client as these settings make it. */
static void open_client(struct aws_client *client, const cJSON *row)
{
    const struct aws_options options = {.region = at(row, 1)};
    const cJSON *variable;
    struct pt_error err;
    memset(&fake, 0, sizeof fake);
    scratch_put("config", at(row, 3));
    fake_aws_set(&fake, "AWS_CONFIG_FILE", scratch_path("config"));
    fake_aws_set(&fake, "AWS_SHARED_CREDENTIALS_FILE", scratch_path("none"));
    cJSON_ArrayForEach(variable, cJSON_GetArrayItem(row, 2))
    {
        fake_aws_set(&fake, variable->string, variable->valuestring);
    }
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(client, &world, &net, &options);
    assert_int_equal(aws_client_load(client, &err), PT_OK);
}

/* Scheme and host of a URL. */
static size_t host_end(const char *url)
{
    return (size_t)(strstr(url, "://") + 3 - url) + strcspn(strstr(url, "://") + 3, "/");
}

static void settings_are_taken_as_botocore_takes_them(void **state)
{
    char *text;
    const cJSON *row;
    int n = 0, n_differ = 0;
    (void)state;
    assert_int_equal(file_read("tests/data/aws/endpoint_settings.json", 1 << 20, &text, NULL, NULL),
                     PT_OK);
    cJSON *rows = cJSON_Parse(text);
    cJSON_ArrayForEach(row, rows)
    {
        struct aws_client client;
        struct aws_target target = {.url = ""};
        struct pt_error err = {0};
        const struct aws_service *service = service_of(at(row, 0));
        open_client(&client, row);
        const struct aws_call call = {.service = service,
                                      .operation = "Ask",
                                      .bucket = service == &aws_s3 ? "my-bucket" : NULL};
        pt_code code = aws_target_find(&client, &call, &target, &err);
        const char *url = at(row, 4);
        bool is_same = url == NULL ? code == PT_ECONFIG
                                   : code == PT_OK && strlen(url) == host_end(target.url) &&
                                         strncmp(url, target.url, strlen(url)) == 0 &&
                                         strcmp(target.signing_region, at(row, 5)) == 0;
        if (!is_same) {
            char *shown = cJSON_PrintUnformatted(row);
            printf("%s\n  ours: %s %s %s\n", shown, target.url, target.signing_region, err.what);
            free(shown);
            n_differ++;
        }
        aws_client_done(&client);
        n++;
    }
    assert_true(n >= 200);
    assert_int_equal(n_differ, 0);
    cJSON_Delete(rows);
    free(text);
}

/* tests/data/aws/endpoints.json: botocore's endpoint rules, for each service pintop calls, region,
 * FIPS and dual-stack. */
static void endpoints_are_botocore_s(void **state)
{
    char *text;
    int n = 0;
    const cJSON *row;
    (void)state;
    assert_int_equal(file_read("tests/data/aws/endpoints.json", 1 << 20, &text, NULL, NULL), PT_OK);
    cJSON *rows = cJSON_Parse(text);
    cJSON_ArrayForEach(row, rows)
    {
        char url[256], region[64];
        const char *name = cJSON_GetArrayItem(row, 0)->valuestring;
        const char *in = cJSON_GetArrayItem(row, 1)->valuestring;
        unsigned variant = (cJSON_GetArrayItem(row, 2)->valueint ? AWS_FIPS : 0U) |
                           (cJSON_GetArrayItem(row, 3)->valueint ? AWS_DUALSTACK : 0U);
        const cJSON *is = cJSON_GetArrayItem(row, 4);
        const struct aws_service *service = service_of(name);
        aws_endpoint(service, in, variant, service == &aws_s3 ? "my-bucket" : NULL, url, sizeof url,
                     region, sizeof region);
        if (strcmp(url, cJSON_IsString(is) ? is->valuestring : "") != 0)
            fail_msg("%s %s %u: %s", name, in, variant, url);
        if (cJSON_IsString(is))
            assert_string_equal(region, cJSON_GetArrayItem(row, 5)->valuestring);
        n++;
    }
    assert_int_equal(n, 1920);
    cJSON_Delete(rows);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints_are_botocore_s),
        cmocka_unit_test_setup_teardown(settings_are_taken_as_botocore_takes_them, scratch_make,
                                        scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
