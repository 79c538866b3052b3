/* The incident file: that tar reads it, and what a colleague finds in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../screens/fixture_connector.h"
#include "base/clock.h"
#include "base/json.h"
#include "pintop/incident.h"
#include "record/segment.h"
#include "record/unpack.h"
#include "scratch.h"

static struct fixture fixture;
static char *tar;
static size_t tar_len;
static const char *recording;

static void make(const char *const *settings, size_t n)
{
    struct pt_config_args args = {.settings = settings, .n_settings = n};
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    char *config = pt_incident_config(cfg);
    pt_config_free(cfg);
    const struct pt_incident incident = {.snap = &fixture.snap,
                                         .config = config,
                                         .screen = "the screen\n",
                                         .recording = recording,
                                         .now_ms = FIXTURE_NOW_MS};
    free(tar);
    assert_int_equal(pt_incident_make(&incident, &tar, &tar_len, &err), PT_OK);
    free(config);
}

/* A file of the archive, as the headers say; its sum is right. free(). */
static char *find_file(const char *name)
{
    for (size_t at = 0; at + 512 <= tar_len && tar[at] != '\0';) {
        unsigned sum = 0;
        size_t len = strtoul(tar + at + 124, NULL, 8);
        for (size_t i = 0; i < 512; i++)
            sum += i >= 148 && i < 156 ? ' ' : (unsigned char)tar[at + i];
        assert_int_equal(strtoul(tar + at + 148, NULL, 8), sum);
        assert_string_equal(tar + at + 257, "ustar");
        assert_string_equal(tar + at + 100, "0000600");
        const char *slash = strchr(tar + at, '/');
        assert_non_null(slash);
        assert_memory_equal(tar + at, "pintop-incident-20261123T031238Z/", 33);
        assert_true(at + 512 + len <= tar_len);
        if (strcmp(slash + 1, name) == 0)
            return strndup(tar + at + 512, len);
        at += 512 + (len + 511) / 512 * 512;
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static void file_says(const char *name, const char *text)
{
    char *file = find_file(name);
    if (strstr(file, text) == NULL)
        fail_msg("%s does not say: %s\n%s", name, text, file);
    free(file);
}

static int setup(void **state)
{
    fixture_flowing(&fixture);
    recording = NULL;
    return scratch_make(state);
}

static int teardown(void **state)
{
    free(tar);
    tar = NULL;
    return scratch_remove(state);
}

static void what_is_wrong_is_on_the_page(void **state)
{
    (void)state;
    fixture_sink_failed(&fixture);
    make(NULL, 0);
    const struct pt_connector *c = &fixture.sinks[0];
    char text[PT_CAUSE_MAX + 100];
    snprintf(text, sizeof text, "Connector %s is FAILED since ", c->name);
    file_says("incident.md", text);
    file_says("incident.md", c->cause);
    snprintf(text, sizeof text, "1. Connector %s: %s", c->name, c->fix);
    file_says("incident.md", text);
    file_says("incident.md", "# pintop 1.0: ");
    file_says("incident.md", " at 2026-11-23 03:12:38Z");
    file_says("incident.md", "Nothing was changed by this pintop.");
    snprintf(text, sizeof text, "  - %s: %s (since ", c->evidence[0].witness, c->evidence[0].says);
    file_says("incident.md", text);
    file_says("connectors.txt", c->cause);
}

static void what_is_fine_is_said_to_be_fine(void **state)
{
    (void)state;
    fixture.session.verdict = PT_V_OK;
    make(NULL, 0);
    file_says("incident.md", "Nothing that pintop sees. The pipeline is OK since ");
}

/* Unknown is never zero. */
static void what_is_unknown_is_unknown(void **state)
{
    (void)state;
    fixture.streams.streams[PT_PIN].state = PT_STREAM_ELSEWHERE;
    fixture.session.verdict = PT_V_UNKNOWN;
    make(NULL, 0);
    file_says("incident.md", "elsewhere; its figures are unknown here");
    char *page = find_file("incident.md");
    assert_null(strstr(page, "Nothing that pintop sees"));
    free(page);
}

static void the_lists_are_beside_it(void **state)
{
    int64_t n_lines = 0;
    (void)state;
    fixture.series.last_sample = 1500;
    fixture.series.last_sample_ms = FIXTURE_NOW_MS;
    fixture.series.in[1500 % PT_SERIES_LEN] = 12.5f;
    fixture.series.out[1500 % PT_SERIES_LEN] = NAN;
    fixture.series.produced[1500 % PT_SERIES_LEN] = 7;
    fixture.series.lag[1500 % PT_SERIES_LEN] = 29000;
    fixture.series.ack_p99_ms[1500 % PT_SERIES_LEN] = 4.25f;
    fixture.series.token_left_s[1500 % PT_SERIES_LEN] = NAN;
    fixture.minutes.last_sample = 1;
    fixture.minutes.last_sample_ms = FIXTURE_NOW_MS / 60000 * 60000;
    fixture.minutes.lag[0] = 12;
    make(NULL, 0);
    char *series = find_file("series.csv");
    for (const char *at = series; (at = strchr(at, '\n')) != NULL; at++)
        n_lines++;
    assert_int_equal(n_lines, 901); /* a head, and 15 minutes */
    assert_non_null(strstr(series, "\n2026-11-23 03:12:38Z,7.000,12.500,,29000.000,4.250,\n"));
    file_says("minutes.csv", "\n2026-11-23 03:11:00Z,0.000,0.000,0.000,12.000,");
    free(series);
    file_says("screen.txt", "the screen\n");
    file_says("events.txt", fixture.events_section.events[0]->text);
    file_says("versions.txt", "librdkafka");
    file_says("setup.txt", "pintop doctor");
    char *json = find_file("snapshot.json");
    cJSON *tree = NULL;
    assert_int_equal(json_parse(json, strlen(json), &tree, NULL), PT_OK);
    assert_non_null(json_get(tree, "verdict"));
    json_free(tree);
    free(json);
}

static void secrets_are_not_in_it(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=h:1",
                                           "security.protocol=SASL_SSL",
                                           "sasl.mechanism=PLAIN",
                                           "sasl.username=bob",
                                           "sasl.password=SECRET1MARK",
                                           "pintop.connector.url=http://bob:SECRET2MARK@w:8083",
                                           "pintop.connector.password=SECRET3MARK"};
    (void)state;
    make(settings, sizeof settings / sizeof *settings);
    assert_null(memmem(tar, tar_len, "SECRET", 6));
    file_says("config.txt", "sasl.password=***");
    file_says("config.txt", "sasl.username=bob");
}

static void the_file_is_its_owners_and_replaces_none(void **state)
{
    struct pt_error err = {0};
    struct stat st;
    (void)state;
    make(NULL, 0);
    assert_int_equal(pt_incident_write(scratch_path("a.tar"), tar, tar_len, &err), PT_OK);
    assert_int_equal(stat(scratch_path("a.tar"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, tar_len);
    assert_int_equal(st.st_size % 512, 0);
    assert_int_equal(pt_incident_write(scratch_path("a.tar"), tar, tar_len, &err), PT_EEXISTS);
    assert_non_null(strstr(err.what, "is there already"));
    assert_int_equal(pt_incident_write(scratch_path("none/a.tar"), tar, tar_len, &err), PT_EIO);
}

static void without_a_recording_that_is_said(void **state)
{
    static const char *const says = "There is no recording, so what happened before is not known";
    (void)state;
    make(NULL, 0);
    file_says("incident.md", says);
    file_says("history.txt", says);
    recording = scratch_path("none");
    make(NULL, 0);
    file_says("incident.md", says);
}

static void what_happened_before_is_beside_it(void **state)
{
    struct segment *segment = NULL;
    char line[400], text[300];
    (void)state;
    recording = scratch_path("recording");
    assert_int_equal(segment_open(recording, &segment, NULL), PT_OK);
    for (int hours = 8; hours >= 0; hours -= 4) {
        char time[40];
        clock_format_ms(FIXTURE_NOW_MS - hours * 3600000, time, sizeof time);
        snprintf(text, sizeof text,
                 "{\"time\":\"%s\",\"kind\":\"verdict\",\"severity\":\"error\",\"subject\":\"\","
                 "\"text\":\"OK -> FAILED: %d hours ago\"}",
                 time, hours);
        snprintf(line, sizeof line, "{\"mark\":%s" LINE_SUM_FORMAT, text,
                 line_sum(0, text, strlen(text)));
        segment_line(segment, line, strlen(line));
    }
    segment_close(segment);
    make(NULL, 0);
    file_says("history.txt", "2026-11-22 23:12:38Z error   verdict   OK -> FAILED: 4 hours ago\n"
                             "2026-11-23 03:12:38Z error   verdict   OK -> FAILED: 0 hours ago\n");
    char *list = find_file("history.txt");
    assert_null(strstr(list, "8 hours ago"));
    free(list);
    file_says("incident.md", "in the last 6 hours");
    /* One that cannot be read is no reason to be without the rest. */
    recording = scratch_path("damaged");
    scratch_put("damaged", "precious");
    make(NULL, 0);
    file_says("incident.md", "What happened before is not known here: recording: ");
    file_says("events.txt", fixture.events_section.events[0]->text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_wrong_is_on_the_page),
        TEST(what_is_fine_is_said_to_be_fine),
        TEST(what_is_unknown_is_unknown),
        TEST(the_lists_are_beside_it),
        TEST(without_a_recording_that_is_said),
        TEST(what_happened_before_is_beside_it),
        TEST(secrets_are_not_in_it),
        TEST(the_file_is_its_owners_and_replaces_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
