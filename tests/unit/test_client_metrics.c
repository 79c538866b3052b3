/* Newer librdkafkas send figures about the client to brokers that ask for them (KIP-714): only when
 * the user wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/handle_private.h"
#include "pintop/config.h"

static const char property[] = "enable.metrics.push";

/* The value that a producer's handle has; skips where librdkafka is too old for it. */
static void value_with(const char *setting, char *value, size_t cap)
{
    struct pt_config *cfg = NULL;
    const char *settings[] = {"bootstrap.servers=127.0.0.1:1", setting};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    size_t len = cap;
    if (rd_kafka_conf_get(conf, property, value, &len) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        print_message("SKIPPED librdkafka %s sends no figures\n", rd_kafka_version_str());
        skip();
    }
    const struct pt_config_args args = {.settings = settings, .n_settings = setting ? 2 : 1};
    assert_int_equal(pt_config_load(&args, &cfg, NULL), PT_OK);
    const struct handle_opts opts = {.kind = HANDLE_PRODUCER, .cfg = cfg};
    assert_int_equal(handle_configure(conf, &opts, NULL), PT_OK);
    assert_int_equal(rd_kafka_conf_get(conf, property, value, &cap), RD_KAFKA_CONF_OK);
    rd_kafka_conf_destroy(conf);
    pt_config_free(cfg);
}

static void no_figures_are_sent(void **state)
{
    char value[16];
    (void)state;
    value_with(NULL, value, sizeof value);
    assert_string_equal(value, "false");
}

static void the_user_may_want_them(void **state)
{
    char value[16];
    (void)state;
    value_with("enable.metrics.push=true", value, sizeof value);
    assert_string_equal(value, "true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_figures_are_sent),
        cmocka_unit_test(the_user_may_want_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
