/* What both ends of a connection say of themselves first: a pintop that was told something else
 * than the engine does not show it as if it were its own, and no secret is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/hello.h"
#include "attach/wire.h"
#include "pintop/config.h"

static struct pt_config *config_of(const char *const *settings, size_t n)
{
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    const struct pt_config_args args = {.settings = settings, .n_settings = n};
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    return cfg;
}
#define CONFIG(...)                                                                                \
    config_of((const char *const[]){__VA_ARGS__},                                                  \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* What one that has `here` says to an engine that has `there`; both are freed. */
static pt_code meet(struct pt_config *there, struct pt_config *here, enum hello_needs needs,
                    struct pt_error *err)
{
    struct hello hello;
    char *json = hello_make(there, true);
    size_t cap = strlen(json) + 60;
    char *text = malloc(cap);
    snprintf(text, cap, "%d 4294967296 %s", WIRE_PROTOCOL, json);
    pt_code code = hello_read(text, here, needs, &hello, err);
    free(text);
    free(json);
    pt_config_free(there);
    pt_config_free(here);
    return code;
}

static void what_was_told_otherwise_is_named(void **state)
{
    static const struct {
        const char *setting, *there, *here;
    } cases[] = {
        {"pintop.stream.pin.topic=other.pin",    "demo.pin",        "other.pin"     },
        {"pintop.stream.geo.source=/tmp/no.csv", "synthetic",       "/tmp/no.csv"   },
        {"pintop.stream.key=none",               "index",           "none"          },
        {"pintop.stream.dirty.pct=7",            "5",               "7"             },
        {"pintop.sink.dir=/tmp/elsewhere",       "/tmp/state/sink", "/tmp/elsewhere"},
        {"pintop.bucket=others-bucket",          "demo-bucket",     "others-bucket" },
        {"pintop.connector.mcu=8",               "1",               "8"             },
        {"pintop.topics.prefix=x.",              "demo.",           "x."            },
        {"pintop.aws.endpoint.url=http://l:1",   "nothing",         "http://l:1"    },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[80], what[200];
        struct pt_error err = {0};
        snprintf(name, sizeof name, "%.*s", (int)strcspn(cases[i].setting, "="), cases[i].setting);
        snprintf(what, sizeof what, " has %s=%s, and here it is '%s'", name, cases[i].there,
                 cases[i].here);
        pt_code code = meet(
            CONFIG("bootstrap.servers=embedded", "pintop.state.dir=/tmp/state"),
            CONFIG("bootstrap.servers=embedded", "pintop.state.dir=/tmp/state", cases[i].setting),
            HELLO_NEEDS_ALL, &err);
        if (code != PT_EMISMATCH || strstr(err.what, what) == NULL)
            fail_msg("%s: %s", cases[i].setting, err.what);
    }
}

static void each_has_its_own_looks(void **state)
{
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(meet(CONFIG("bootstrap.servers=embedded"),
                          CONFIG("bootstrap.servers=embedded", "pintop.bell=on",
                                 "pintop.readonly=on", "pintop.log.level=debug"),
                          HELLO_NEEDS_ALL, &err),
                     PT_OK);
    /* The streams are not those of a command that only asks. */
    assert_int_equal(meet(CONFIG("bootstrap.servers=embedded"),
                          CONFIG("bootstrap.servers=embedded", "pintop.stream.rate=7"),
                          HELLO_NEEDS_CLUSTER, &err),
                     PT_OK);
}

static void the_servers_have_two_names(void **state)
{
    struct pt_error err = {0};
    (void)state;
    assert_int_equal(meet(CONFIG("bootstrap.servers=b-1:9092"),
                          CONFIG("metadata.broker.list=b-1:9092"), HELLO_NEEDS_ALL, &err),
                     PT_OK);
    assert_int_equal(meet(CONFIG("bootstrap.servers=b-1:9092"),
                          CONFIG("metadata.broker.list=b-2:9092"), HELLO_NEEDS_ALL, &err),
                     PT_EMISMATCH);
    assert_non_null(strstr(err.what, "has bootstrap.servers=b-1:9092, and here it is 'b-2:9092'"));
}

/* Whoever stops it need not be set up as it is: his context may have been edited since. */
static void one_that_only_stops_may_differ(void **state)
{
    static const char *const edits[] = {"bootstrap.servers=b-2:9092", "pintop.connector.mcu=8",
                                        "pintop.topics.prefix=x.", "pintop.stream.rate=7"};
    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct pt_error err = {0};
        assert_int_equal(meet(CONFIG("bootstrap.servers=b-1:9092"),
                              CONFIG("bootstrap.servers=b-1:9092", edits[i]), HELLO_NEEDS_NOTHING,
                              &err),
                         PT_OK);
    }
}

static void no_secret_is_told(void **state)
{
    struct pt_error err = {0};
    struct pt_config *cfg =
        CONFIG("bootstrap.servers=b-1:9092", "pintop.connector.url=http://u:geheim@h:8083",
               "pintop.connector.password=hemlig", "sasl.password=tajne");
    (void)state;
    char *json = hello_make(cfg, true);
    assert_non_null(strstr(json, "\"pintop.connector.url\":\"http://"));
    assert_null(strstr(json, "geheim"));
    assert_null(strstr(json, "hemlig"));
    assert_null(strstr(json, "tajne"));
    free(json);
    assert_int_equal(
        meet(cfg,
             CONFIG("bootstrap.servers=b-1:9092", "pintop.connector.url=http://u:skrivna@g:8083"),
             HELLO_NEEDS_ALL, &err),
        PT_EMISMATCH);
    assert_null(strstr(err.what, "geheim"));
    assert_null(strstr(err.what, "skrivna"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_told_otherwise_is_named),
        cmocka_unit_test(each_has_its_own_looks),
        cmocka_unit_test(the_servers_have_two_names),
        cmocka_unit_test(one_that_only_stops_may_differ),
        cmocka_unit_test(no_secret_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
