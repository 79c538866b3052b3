/* JSON that was read may come from anybody: each text that isn't whole and right is one error that
 * says where, and no number, time or text comes out as another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/config.h"
#include "pintop/report.h"
#include "report/tables.h"
#include "report_fill.h"

static struct pt_error err;

static const struct pt_snapshot *read_good(const char *json)
{
    const struct pt_snapshot *snap;
    if (pt_snapshot_read(json, strlen(json), &snap, &err) != PT_OK)
        fail_msg("%s: %s", json, err.what);
    return snap;
}

/* Not read: with this code, and a reason with these words. */
static void is_refused(const char *json, size_t len, pt_code code, const char *why)
{
    const struct pt_snapshot *snap;
    /* Of its own size, so that a sanitizer sees one byte too far. */
    char *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, json, len);
    pt_code got = pt_snapshot_read(exact, len, &snap, &err);
    free(exact);
    if (got != code || strstr(err.what, why) == NULL)
        fail_msg("%.200s: %s, and not %s: %s", json, pt_code_word(got), pt_code_word(code),
                 got == PT_OK ? "" : err.what);
    assert_null(snap);
}

/* ---- what isn't right ---- */

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *json, *why;
    } cases[] = {
        {"",                                                                  "ends in the middle"   },
        {"null",                                                              "a '{' was expected"   },
        {"{}",                                                                "no \"api\""           },
        {"{\"api\":1",                                                        "ends in the middle"   },
        {"{\"api\":1}}",                                                      "behind its end"       },
        {"{\"api\":1,}",                                                      "a text was expected"  },
        {"{\"api\":1 \"time\":null}",                                         "a ',' was expected"   },
        {"{\"api\":1,\"time\" null}",                                         "a ':' was expected"   },
        {"{\"api\":1,\"time\":5}",                                            "a text was expected"  },
        {"{\"api\":1,\"time\":\"today\"}",                                    "a time was expected"  },
        {"{\"api\":1,\"verdict\":\"GREAT\"}",                                 "this word"            },
        {"{\"api\":1,\"context\":7}",                                         "a text was expected"  },
        {"{\"api\":1,\"context\":\"\x01\"}",                                  "control character"    },
        {"{\"api\":1,\"context\":\"\\q\"}",                                   "escape"               },
        {"{\"api\":1,\"context\":\"\\u12\"}",                                 "hexadecimal"          },
        {"{\"api\":1,\"context\":\"\\u0000\"}",                               "\\u0000"              },
        {"{\"api\":1,\"context\":\"\\ud800x\"}",                              "surrogate"            },
        {"{\"api\":1,\"context\":\"\\udc00\"}",                               "surrogate"            },
        {"{\"api\":1,\"verdict_awaited\":1}",                                 "true or false"        },
        {"{\"api\":1,\"cluster\":[]}",                                        "a '{' was expected"   },
        {"{\"api\":1,\"cluster\":{\"errors\":1.5}}",                          "an integer"           },
        {"{\"api\":1,\"cluster\":{\"errors\":1e3}}",                          "an integer"           },
        {"{\"api\":1,\"cluster\":{\"errors\":01}}",                           "begins with 0"        },
        {"{\"api\":1,\"cluster\":{\"errors\":-}}",                            "a number was expected"},
        {"{\"api\":1,\"cluster\":{\"errors\":9223372036854775808}}",          "too large"            },
        {"{\"api\":1,\"cluster\":{\"errors\":99999999999999999999}}",         "too large"            },
        {"{\"api\":1,\"cluster\":{\"controller_id\":2147483648}}",            "out of range"         },
        {"{\"api\":1,\"revisions\":{\"log\":-1}}",                            "a number was expected"},
        {"{\"api\":1,\"connectors\":[{\"lag_per_s\":1e999}]}",                "too large"            },
        {"{\"api\":1,\"connectors\":[{\"lag_per_s\":NaN}]}",                  "a number was expected"},
        {"{\"api\":1,\"connectors\":[{\"can\":[\"fly\"]}]}",                  "this word"            },
        {"{\"api\":1,\"streams\":[{},{},{},{}]}",                             "longer than it can be"},
        {"{\"api\":1,\"streams\":[{\"target_per_s\":\"fast\"}]}",             "a rate is"            },
        {"{\"api\":1,\"series\":{\"last_sample\":0,\"in\":[1,2]}}",           "more samples"         },
        {"{\"api\":1,\"series\":{\"last_sample\":5,\"in\":[1,2]}}",           "fewer samples"        },
        {"{\"api\":1,\"topics\":[{\"partitions\":2,\"by_partition\":[{}]}]}", "another number"       },
        {"{\"api\":1,\"new\":{\"a\":tru}}",                                   "true or false"        },
        {"{\"api\":1,\"new\":[1,2",                                           "ends in the middle"   },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_refused(cases[i].json, strlen(cases[i].json), PT_EDATA, cases[i].why);
    is_refused("{\"api\":2,\"x\":", 12, PT_EUNSUPPORTED, "\"api\"");
    is_refused("{\"api\":1,\"cluster\":{\"port\":\"\0\"}}", 30, PT_EDATA, "control character");
    assert_string_equal(err.fix, "Check that the text is whole and was written by pintop.");
    is_refused("{\"api\":1,\"cluster\":{\"errors\":true}}", 35, PT_EDATA,
               "byte 29, near \"errors\"");
}

static void cut_off_anywhere_it_is_an_error(void **state)
{
    static char json[32 * 1024];
    FILE *file = fopen("tests/data/report/snapshot_sink.json", "re");
    (void)state;
    assert_non_null(file);
    size_t len = fread(json, 1, sizeof json, file);
    assert_true(len > 10000 && len < sizeof json && json[len - 2] == '}');
    fclose(file);
    pt_snapshot_release(read_good(json));
    /* Every byte at the beginning, then some: up to the last bracket. */
    for (size_t n = 0; n < len - 2; n += n < 2000 ? 1 : 7)
        is_refused(json, n, PT_EDATA, "cannot be read");
}

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    char *deep = malloc(2000012);
    memcpy(deep, "{\"api\":1,\"x\":", 13);
    memset(deep + 13, '[', 1999999);
    is_refused(deep, 2000012, PT_EDATA, "nested too deeply");
    for (size_t i = 13; i + 5 < 2000012; i += 5)
        memcpy(deep + i, "{\"a\":", 5);
    is_refused(deep, 2000012, PT_EDATA, "nested too deeply");
    free(deep);
    const char *many = "{\"api\":1,\"topics\":[{\"partitions\":2147483647}]}";
    is_refused(many, strlen(many), PT_EFULL, "more partitions");
}

/* ---- what is right ---- */

static void little_is_enough(void **state)
{
    (void)state;
    const struct pt_snapshot *snap = read_good(" {\"api\" : 1 }\n\t ");
    assert_true(snap->time_ms == PT_UNKNOWN);
    assert_int_equal(snap->session->verdict, PT_V_UNKNOWN);
    assert_true(snap->session->owner_pid == PT_UNKNOWN);
    assert_int_equal(snap->cluster->controller_id, -1);
    assert_true(snap->streams->streams[PT_USER].generated == PT_UNKNOWN);
    assert_true(isnan(snap->streams->streams[PT_PIN].delivered_per_s));
    assert_int_equal(snap->auth->auth.state, PT_AUTH_NOT_NEEDED);
    assert_true(snap->auth->auth.keys_end_ms == PT_UNKNOWN);
    assert_true(snap->series->last_sample == -1 && isnan(snap->series->in[7]));
    assert_int_equal(snap->topics->n_topics + snap->connectors->n_connectors +
                         snap->events->n_events + snap->log->n_lines + snap->completed->n_results,
                     0);
    pt_snapshot_release(snap);
}

static void what_is_new_is_passed_over(void **state)
{
    (void)state;
    const struct pt_snapshot *snap =
        read_good("{\"new\":{\"a\":[1,-2.5e-3,\"\\u00e4\\n\",true,null,{}],\"b\":{}},\"api\":1,"
                  "\"cluster\":{\"more\":[],\"errors\":9007199254740993,\"kind\":\"kafka\"},"
                  "\"revisions\":{\"new\":{},\"log\":18446744073709551615},\"version\":[]}");
    assert_true(snap->cluster->errors == 9007199254740993);
    assert_true(snap->log->section.version == UINT64_MAX);
    pt_snapshot_release(snap);
}

static void texts_are_made_printable(void **state)
{
    (void)state;
    const struct pt_snapshot *snap = read_good(
        "{\"api\":1,\"context\":\"a\\u001b[2J\\n\\u202e\xff\\ud83d\\ude00\","
        "\"connectors\":[{\"last_error\":\"one\\n\\u0007two\",\"state_description\":\"x\\ty\"}]}");
    assert_string_equal(snap->session->context, "a\\x1b[2J\\n\\u202e\\xff\xf0\x9f\x98\x80");
    assert_string_equal(snap->connectors->connectors[0].last_error, "one\n\\x07two");
    assert_string_equal(snap->connectors->connectors[0].state_description, "x\\ty");
    pt_snapshot_release(snap);
}

static void topics_become_one_list(void **state)
{
    (void)state;
    const struct pt_snapshot *snap =
        read_good("{\"api\":1,\"other_topics\":[{\"name\":\"b\",\"partitions\":1,"
                  "\"by_partition\":[{\"partition\":0,\"high_watermark\":7}]}],"
                  "\"topics\":[{\"name\":\"c\",\"watched\":true,\"partitions\":2},"
                  "{\"name\":\"a\",\"watched\":true}]}");
    const struct pt_topics_section *topics = snap->topics;
    assert_int_equal(topics->n_topics, 3);
    assert_string_equal(topics->topics[0].name, "a");
    assert_string_equal(topics->topics[2].name, "c");
    assert_int_equal(topics->topics[0].n_partitions, -1);
    assert_int_equal(topics->n_partitions, 3);
    assert_true(topics->partitions[topics->topics[1].first_partition].high == 7);
    /* Those that weren't listed are there, and unknown. */
    assert_true(topics->partitions[topics->topics[2].first_partition + 1].high == PT_UNKNOWN);
    assert_int_equal(topics->partitions[topics->topics[2].first_partition + 1].partition, 1);
    pt_snapshot_release(snap);
}

/* ---- the rules ---- */

/* What a command's rate and an error's texts are written as; all else goes the same way. */
static void is_written(double rate, const char *expected)
{
    const struct pt_command cmd = {.kind = PT_CMD_RATE, .rate_per_s = rate};
    struct pt_command *read;
    char *json = pt_command_json(&cmd), with[64];
    snprintf(with, sizeof with, "\"rate_per_s\":%s,", expected);
    if (strstr(json, with) == NULL)
        fail_msg("%s isn't in %s", with, json);
    assert_int_equal(pt_command_read(json, strlen(json), &read, &err), PT_OK);
    assert_true(isnan(rate) ? isnan(read->rate_per_s) : read->rate_per_s == rate);
    pt_command_free(read);
    free(json);
}

static void rates_keep_all_their_digits(void **state)
{
    (void)state;
    is_written(0, "0");
    is_written(10, "10");
    is_written(0.1, "0.1");
    is_written(2.375, "2.375");
    is_written(1234.5, "1234.5");
    is_written(0.0004, "0.0004");
    is_written(1.0 / 3, "0.33333333333333331");
    is_written(123456789012.0, "123456789012");
    is_written(1e17, "1e+17");
    is_written(PT_RATE_MAX, "\"max\"");
    is_written(PT_RATE_ORIGINAL, "\"original\"");
    is_written(NAN, "null");
}

static void figures_are_rounded(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0004,      "0"            },
        {0.0005,      "0.001"        },
        {-0.0004,     "0"            },
        {-2.5,        "-2.5"         },
        {1e9 + 0.25,  "1000000000.25"},
        {99.9996,     "100"          },
        {123456789e4, "1234567890000"},
        {1e20,        "1e+20"        },
        {INFINITY,    "null"         },
        {NAN,         "null"         },
    };
    (void)state;
    struct pt_snapshot *snap = report_filled_snapshot();
    struct pt_stream *stream = (struct pt_stream *)(uintptr_t)&snap->streams->streams[0];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char with[64];
        stream->delivered_per_s = cases[i].value;
        char *json = pt_snapshot_json(snap);
        snprintf(with, sizeof with, "\"records_per_s\":%s,", cases[i].text);
        if (strstr(json, with) == NULL)
            fail_msg("%s isn't there: %.40s", with, strstr(json, "\"records_per_s\""));
        free(json);
    }
}

/* A snapshot of each of the times comes back with that time, or with none. */
static void check_times(const int64_t *times, size_t n, bool is_known)
{
    struct pt_snapshot *snap = report_filled_snapshot();
    for (size_t i = 0; i < n; i++) {
        snap->time_ms = times[i];
        char *json = pt_snapshot_json(snap);
        const struct pt_snapshot *back = read_good(json);
        assert_true(back->time_ms == (is_known ? times[i] : PT_UNKNOWN));
        assert_string_equal(back->session->version, snap->session->version);
        pt_snapshot_release(back);
        free(json);
    }
}

static void integers_and_times_are_exact(void **state)
{
    static const int64_t numbers[] = {0,  -1, 9007199254740993, INT64_MAX, INT64_MIN + 1,
                                      -9, 10, PT_UNKNOWN};
    static const int64_t times[] = {1, 86399999, 86400000, 1795403558123, 253402300799999};
    struct pt_command *read;
    (void)state;
    for (size_t i = 0; i + 1 < sizeof numbers / sizeof *numbers; i++) {
        const struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK, .offset = numbers[i]};
        char *json = pt_command_json(&cmd);
        assert_int_equal(pt_command_read(json, strlen(json), &read, &err), PT_OK);
        assert_true(read->offset == numbers[i]);
        pt_command_free(read);
        free(json);
    }
    check_times(times, sizeof times / sizeof *times, true);
}

/* A producer may write any number as a record's time: what no calendar of four digits has is told
 * as not known, and all the rest can still be read. */
static void a_time_without_a_date_is_not_known(void **state)
{
    static const int64_t times[] = {253402300800000, INT64_MAX, INT64_MAX / 1000, INT64_MIN + 1,
                                    -62167219200001};
    (void)state;
    check_times(times, sizeof times / sizeof *times, false);
}

/* Other programs sort the keys, or change their order. */
static void the_order_of_keys_means_nothing(void **state)
{
    (void)state;
    const struct pt_snapshot *snap =
        read_good("{\"series\":{\"in\":[1,2,3],\"last_sample\":2,\"out\":[4,null,6]},\"api\":1}");
    assert_true(snap->series->last_sample == 2);
    assert_true(snap->series->in[0] == 1 && snap->series->in[2] == 3);
    assert_true(snap->series->out[0] == 4 && isnan(snap->series->out[1]));
    assert_true(isnan(snap->series->produced[0]) && isnan(snap->series->in[3]));
    pt_snapshot_release(snap);
}

/* ---- what scripts rely on ---- */

/* The keys that were there first, with blanks between. */
static const char root_keys[] =
    "time version context verdict verdict_since verdict_since_or_before "
    "verdict_text verdict_detail verdict_awaited cluster kind bootstrap_servers "
    "state since id last_error last_fix brokers controller_id streams topics "
    "token connectors events";
static const char stream_keys[] =
    "name topic generated delivered failed in_flight unresolved bytes "
    "records_per_s ack_ms p50 p99 max first_index next_index state reason fix "
    "target_per_s queued uncommitted oldest_unresolved_ms doubles_possible "
    "bad_rows owner_pid blocked_by blocked_fix";
static const char topic_keys[] =
    "name partitions messages in_per_s out_per_s lag leaderless asked_ms";
static const char token_keys[] =
    "state principal expires_at remaining_s refresh_at credentials_expire_at "
    "credentials_expiry_unknown login_ends_at login_renewable source chain "
    "access_key_id region caller_arn last_error broker_said broker_refused_at "
    "broker_answered_at clock_offset_ms";
static const char connector_keys[] =
    "backend name id kind is_ours class connect_version group state "
    "state_description verdict since since_or_before tasks running_tasks "
    "failed_tasks tasks_max last_operation type state at lag lag_total lag_per_s "
    "catch_up_s newest_object newest_object_at objects objects_bytes "
    "expired_objects lost_records flush_size objects_per_hour usd_per_hour "
    "safe_until safe evidence witness says since age_s source is_bad is_stale "
    "probe asked_at age_s takes_writes is_slow as_connector with slowest_write_s "
    "code not_deleted says cause rule fix note last_error last_error_time";

/* They follow each other in the text, with whatever came later in between. */
static void has_in_order(const char *object, const char *keys)
{
    const char *at = object;
    while (*keys != '\0') {
        char with[64];
        size_t len = strcspn(keys, " ");
        snprintf(with, sizeof with, "\"%.*s\":", (int)len, keys);
        at = at != NULL ? strstr(at, with) : NULL;
        if (at == NULL)
            fail_msg("%s is not in its place: %.300s", with, object);
        at += strlen(with);
        keys += len + strspn(keys + len, " ");
    }
}

static void the_old_keys_are_in_their_places(void **state)
{
    (void)state;
    char *json = pt_snapshot_json(report_filled_snapshot());
    assert_memory_equal(json, "{\"api\":1,\"time\":\"", 17);
    has_in_order(json, root_keys);
    has_in_order(strstr(json, "\"streams\":[{"), stream_keys);
    has_in_order(strstr(json, "\"topics\":[{"), topic_keys);
    has_in_order(strstr(json, "\"token\":{"), token_keys);
    has_in_order(strstr(json, "\"connectors\":[{"), connector_keys);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(cut_off_anywhere_it_is_an_error),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(what_is_new_is_passed_over),
        cmocka_unit_test(texts_are_made_printable),
        cmocka_unit_test(topics_become_one_list),
        cmocka_unit_test(rates_keep_all_their_digits),
        cmocka_unit_test(figures_are_rounded),
        cmocka_unit_test(integers_and_times_are_exact),
        cmocka_unit_test(a_time_without_a_date_is_not_known),
        cmocka_unit_test(the_order_of_keys_means_nothing),
        cmocka_unit_test(the_old_keys_are_in_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
