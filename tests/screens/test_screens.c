/* The screens as text against tests/screens/expected/. PT_SCREENS_ACCEPT=1 writes new ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture_answers.h"
#include "fixture_connector.h"
#include "fixture_setup.h"
#include "pintop/report.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

struct screen_case {
    const char *name;
    void (*make)(struct fixture *f); /* NULL: nothing is known */
    int rows, cols;
    bool is_ascii, is_styles;
    const char *keys; /* pressed before */
};

static struct fixture fixture;

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = calloc(1, 200000);
    size_t n = text != NULL ? fread(text, 1, 199999, file) : 0;
    (void)n;
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* Fake answers to what the details page asks. */
static pt_code submit(void *arg, const struct pt_command *cmd, uint64_t *id, struct pt_error *err)
{
    (void)arg;
    (void)err;
    *id = cmd->kind == PT_CMD_TOPIC_PEEK ? 2 : cmd->kind == PT_CMD_TOPIC_GROUPS ? 3 : 1;
    return PT_OK;
}

static const struct pt_result *answer_groups(void)
{
    static struct pt_described_group groups[4];
    static const char *const names[4] = {"connect-0a1b2c3d4e5f-connector-of-the-second-account",
                                         "left-behind", "joining", "billing"};
    static const char *const states[4] = {"Stable", "Empty", "CompletingRebalance", ""};
    static const int64_t members[4] = {3, 0, 12, PT_UNKNOWN}, lags[4] = {1204, 63, 0, PT_UNKNOWN};
    static struct pt_result asked = {.id = 3, .kind = PT_CMD_TOPIC_GROUPS};
    for (int i = 0; i < 4; i++) {
        groups[i] = (struct pt_described_group){.members = members[i],
                                                .lag = lags[i],
                                                .known_lag = lags[i],
                                                .n_partitions = 3,
                                                .n_committed = 3};
        snprintf(groups[i].group, sizeof groups[i].group, "%s", names[i]);
        snprintf(groups[i].state, sizeof groups[i].state, "%s", states[i]);
    }
    groups[1].lag = PT_UNKNOWN; /* that of one partition is */
    groups[1].n_committed = 2;
    groups[1].n_unknown = 1;
    groups[3].is_denied = true;
    groups[3].n_committed = groups[3].n_unknown = -1;
    asked.state = PT_RESULT_DONE;
    asked.groups = groups;
    asked.n_groups = 4;
    return &asked;
}

static void answer(struct fixture *f)
{
    static const struct pt_described_partition partitions[] = {
        {0, 1, 3, 3, {1, 2, 3}, 0,    21305,   21265,      40        },
        {1, 2, 3, 2, {2, 3, 1}, 1200, 1021305, PT_UNKNOWN, PT_UNKNOWN},
    };
    static const struct pt_peeked records[] = {
        {.partition = 0,
         .offset = 21302,
         .time_ms = FIXTURE_NOW_MS - 86400000,
         .key = "63900",
         .headers = ""    },
        { .partition = 0,
         .offset = 21303,
         .time_ms = FIXTURE_NOW_MS - 1500,
         .key = "63911",
         .value = "{\"ind\":63911,\"country\":\"Åland\"}",
         .headers = "trace=1",
         .value_bytes = 41},
        { .partition = 1,
         .offset = 1021304,
         .time_ms = FIXTURE_NOW_MS - 500,
         .value = "{\"ind\":63914,\"title\":\"日本 \\\"x\\\"\"}",
         .headers = "",
         .value_bytes = 99,
         .is_cut = true},
    };
    static const struct pt_config_entry configs[] = {
        {"cleanup.policy", "delete",    true,  false},
        {"retention.ms",   "604800000", false, false}
    };
    fixture_answers(&f->completed,
                    &(struct pt_result){.n_partitions = 2,
                                        .partitions = partitions,
                                        .n_configs = 2,
                                        .configs = configs,
                                        .has_configs = true},
                    &(struct pt_result){.n_records = 3, .records = records}, answer_groups());
}

static void press(struct ui *ui, const char *keys)
{
    for (; *keys != '\0'; keys++) {
        int key = *keys == '\n' ? KEY_ENTER_ : *keys == '\v' ? KEY_DOWN_ : *keys;
        ui_key(ui, key);
    }
}

/* The same snapshot as another program sees it; the caller's. */
static const struct pt_snapshot *through_json(const struct pt_snapshot *snap)
{
    const struct pt_snapshot *read;
    struct pt_error err;
    char *json = pt_snapshot_json(snap);
    assert_non_null(json);
    if (pt_snapshot_read(json, strlen(json), &read, &err) != PT_OK)
        fail_msg("%s", err.what);
    free(json);
    return read;
}

static char *draw_case(const struct screen_case *c, bool is_read)
{
    const struct pt_snapshot *read[2] = {NULL, NULL};
    struct ui ui;
    const struct pt_link link = {.submit = submit};
    struct ui_host host = {.link = &link};
    struct looks looks = {.is_ascii = c->is_ascii};
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
    const struct pt_snapshot *snap = ui_unknown_snapshot();
    if (c->make != NULL) {
        c->make(&fixture);
        snap = &fixture.snap;
    }
    if (is_read)
        read[0] = through_json(snap);
    ui_size(&ui, c->rows, c->cols);
    ui_snapshot(&ui, is_read ? read[0] : snap, FIXTURE_NOW_MS);
    press(&ui, c->keys);
    if (c->make != NULL)
        answer(&fixture);
    if (is_read)
        read[1] = through_json(snap);
    ui_snapshot(&ui, is_read ? read[1] : snap, FIXTURE_NOW_MS);
    struct canvas *canvas = canvas_new(c->rows, c->cols, c->is_ascii);
    assert_non_null(canvas);
    ui_draw(&ui, canvas);
    char *text = canvas_dump(canvas, c->is_styles);
    canvas_free(canvas);
    ui_done(&ui);
    pt_snapshot_release(read[0]);
    pt_snapshot_release(read[1]);
    return text;
}

static const struct screen_case cases[] = {
    {"unknown-80x24",            NULL,                 24, 80,  false, false, ""              },
    {"flowing-80x24",            fixture_flowing,      24, 80,  false, false, ""              },
    {"flowing-120x40",           fixture_flowing,      40, 120, false, false, ""              },
    {"flowing-200x60",           fixture_flowing,      60, 200, false, false, ""              },
    {"flowing-ascii-80x24",      fixture_flowing,      24, 80,  true,  false, ""              },
    {"flowing-styles-80x24",     fixture_flowing,      24, 80,  false, true,  ""              },
    {"flowing-block-120x40",     fixture_flowing,      40, 120, false, false, ":chart block\n"},
    {"trouble-80x24",            fixture_trouble,      24, 80,  false, false, ""              },
    {"trouble-120x40",           fixture_trouble,      40, 120, false, false, ""              },
    {"trouble-200x60",           fixture_trouble,      60, 200, false, false, ""              },
    {"trouble-ascii-80x24",      fixture_trouble,      24, 80,  true,  false, ""              },
    {"trouble-styles-80x24",     fixture_trouble,      24, 80,  true,  true,  ""              },
    {"monitor-80x24",            fixture_monitor,      24, 80,  false, false, ""              },
    {"monitor-120x40",           fixture_monitor,      40, 120, false, false, ""              },
    {"watcher-80x24",            fixture_watcher,      24, 80,  false, false, ""              },
    {"huge-80x24",               fixture_huge,         24, 80,  false, false, ""              },
    {"huge-200x60",              fixture_huge,         60, 200, false, false, ""              },
    {"small-40x10",              fixture_flowing,      10, 40,  false, false, ""              },
    {"too-small-39x24",          fixture_flowing,      24, 39,  false, false, ""              },
    {"setup-80x24",              fixture_setup,        24, 80,  false, false, "5jjjjjj"       },
    {"setup-styles-80x24",       fixture_setup,        24, 80,  false, true,  "5"             },
    {"setup-fix-120x40",         fixture_setup,        40, 120, false, false, "5jjjjjjjjjjj"  },
    {"setup-ascii-40x10",        fixture_setup,        10, 40,  true,  false, "5jjjjjj"       },
    {"setup-detail-80x24",       fixture_setup,        24, 80,  false, false, "5jjjjjj\n"     },
    {"setup-upload-80x24",       fixture_setup_upload, 24, 80,  false, false, "5"             },
    {"setup-upload-ascii-80x24", fixture_setup_upload, 24, 80,  true,  false, "5"             },
    {"setup-wait-120x40",        fixture_setup_wait,   40, 120, false, false, "5"             },
    {"setup-choose-80x24",       fixture_setup_choose, 24, 80,  false, false, "5"             },
    {"setup-quit-80x24",         fixture_setup_wait,   24, 80,  false, false, "5q"            },
    {"setup-unknown-80x24",      fixture_flowing,      24, 80,  false, false, "5"             },
    {"topics-80x24",             fixture_trouble,      24, 80,  false, false, "2"             },
    {"topics-120x40",            fixture_monitor,      40, 120, false, false, "2"             },
    {"topics-filter-80x24",      fixture_monitor,      24, 80,  false, false, "2/bill"        },
    {"records-80x24",            fixture_flowing,      24, 80,  false, false, "2\n"           },
    {"partitions-80x24",         fixture_flowing,      24, 80,  false, false, "2\n]"          },
    {"groups-80x24",             fixture_flowing,      24, 80,  false, false, "2\n]]"         },
    {"groups-styles-120x40",     fixture_flowing,      40, 120, true,  true,  "2\n]]"         },
    {"configs-ascii-80x24",      fixture_flowing,      24, 80,  true,  false, "2\n["          },
    {"brokers-80x24",            fixture_brokers_page, 24, 80,  false, false, "7"             },
    {"brokers-120x40",           fixture_brokers_page, 40, 120, false, false, "7"             },
    {"broker-ascii-80x24",       fixture_brokers_page, 24, 80,  true,  false, "7j\n"          },
    {"log-80x24",                fixture_trouble,      24, 80,  false, false, "6"             },
    {"log-120x40",               fixture_trouble,      40, 120, false, false, "6"             },
    {"iam-80x24",                fixture_iam,          24, 80,  false, false, ""              },
    {"auth-80x24",               fixture_iam,          24, 80,  false, false, "4"             },
    {"auth-120x40",              fixture_iam,          40, 120, false, false, "4"             },
    {"auth-login-80x24",         fixture_iam_login,    24, 80,  false, false, "4"             },
    {"auth-trouble-80x24",       fixture_iam_trouble,  24, 80,  false, false, "4"             },
    {"auth-trouble-ascii-80x24", fixture_iam_trouble,  24, 80,  true,  true,  "4"             },
    {"auth-not-needed-80x24",    fixture_flowing,      24, 80,  false, false, "4"             },
    {"help-80x24",               fixture_flowing,      24, 80,  false, false, "?"             },
    {"quit-80x24",               fixture_flowing,      24, 80,  false, false, "q"             },
    {"delete-ascii-80x24",       fixture_flowing,      24, 80,  true,  false, "2Ddemo.pin\n"  },
    {"no-such-page-80x24",       fixture_flowing,      24, 80,  false, false, "5"             },
    {"connector-80x24",          fixture_sink_failed,  24, 80,  false, false, "3"             },
    {"connector-120x40",         fixture_sink_failed,  40, 120, false, false, "3"             },
    {"connector-ascii-80x24",    fixture_sink_failed,  24, 80,  true,  true,  "3"             },
    {"connector-lag-80x24",      fixture_sink_failed,  24, 80,  false, false, "3]]"           },
    {"connector-full-80x24",     fixture_sink_failed,  24, 80,  false, false, "3]]\n"         },
    {"connector-small-40x10",    fixture_sink_failed,  10, 40,  false, false, "3"             },
    {"connector-actions-80x24",  fixture_sink_failed,  24, 80,  false, false, "3c"            },
    {"connector-restart-80x24",  fixture_sink_failed,  24, 80,  false, false, "3c1"           },
    {"connectors-80x24",         fixture_sinks,        24, 80,  false, false, "3"             },
    {"connectors-120x40",        fixture_sinks,        40, 120, false, false, "3"             },
    {"connector-embedded-80x24", fixture_flowing,      24, 80,  false, false, "3"             },
    {"connector-none-80x24",     fixture_monitor,      24, 80,  false, false, "3"             },
    {"away-80x24",               fixture_away,         24, 80,  false, false, ""              },
    {"away-topics-80x24",        fixture_away,         24, 80,  false, false, "2"             },
    {"away-topics-ascii-120x40", fixture_away,         40, 120, true,  false, "2"             },
};

static void check_case(void **state)
{
    const struct screen_case *c = *state;
    char path[200];
    char *drawn = draw_case(c, false), *read = draw_case(c, true);
    assert_non_null(drawn);
    assert_non_null(read);
    bool is_read_alike = strcmp(drawn, read) == 0;
    if (!is_read_alike)
        fprintf(stderr, "%s, drawn from its JSON:\n%s", c->name, read);
    free(read);
    snprintf(path, sizeof path, "tests/screens/expected/%s.txt", c->name);
    if (getenv("PT_SCREENS_ACCEPT") != NULL) {
        write_file(path, drawn);
        free(drawn);
        return;
    }
    char *expected = read_file(path);
    bool is_there = expected != NULL, is_same = is_there && strcmp(expected, drawn) == 0;
    if (!is_same)
        fprintf(stderr, "%s, drawn now:\n%s", path, drawn);
    free(expected);
    free(drawn);
    if (!is_read_alike)
        fail_msg("%s: the screen differs when the snapshot was JSON in between", c->name);
    if (!is_there)
        fail_msg("%s: not there; make accept-screens writes it", path);
    if (!is_same)
        fail_msg("%s: the screen differs", path);
}

enum { CASES = sizeof cases / sizeof *cases };

int main(void)
{
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        setlocale(LC_ALL, "en_US.UTF-8");
    struct CMUnitTest tests[CASES];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < CASES; i++) {
        union {
            const void *in;
            void *out;
        } arg = {.in = &cases[i]}; /* cmocka's state is not const; nobody writes to it */
        tests[i].name = cases[i].name;
        tests[i].test_func = check_case;
        tests[i].initial_state = arg.out;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
