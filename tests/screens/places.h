/* Every page, each of its views, and the questions over them, by the keys that lead there; \f opens
 * a connector where there is a list of them. After cmocka.h and fixture_extreme.h. */
#ifndef SCREENS_PLACES_H
#define SCREENS_PLACES_H

#include <locale.h>
#include <stdlib.h>

#include "fixture_answers.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

struct place {
    const char *name, *keys;
    bool is_question; /* over a page */
};

static const struct place places[] = {
    {"overview",          "1",         false},
    {"topics",            "2",         false},
    {"topic-records",     "2\n",       false},
    {"topic-partitions",  "2\n]",      false},
    {"topic-groups",      "2\n]]",     false},
    {"topic-configs",     "2\n[",      false},
    {"connectors",        "3",         false},
    {"connector-verdict", "3\f",       false},
    {"connector-tasks",   "3\f]",      false},
    {"connector-lag",     "3\f]]",     false},
    {"connector-config",  "3\f]]]",    false},
    {"connector-changes", "3\f]]]]",   false},
    {"connector-log",     "3\f]]]]]",  false},
    {"connector-history", "3\f]]]]]]", false},
    {"auth",              "4",         false},
    {"setup",             "5",         false},
    {"log",               "6",         false},
    {"ask-verdict",       "1\t\n",     true },
    {"ask-record",        "2\n\n",     true },
    {"ask-row",           "2E",        true },
    {"ask-check",         "5\n",       true },
    {"ask-line",          "6\n",       true },
    {"ask-help",          "1?",        true },
    {"ask-quit",          "1q",        true },
    {"ask-topic",         "2n",        true },
    {"ask-delete",        "2D",        true },
    {"ask-change",        "2e",        true },
    {"ask-rate",          "1=",        true },
    {"ask-command",       "1:",        true },
    {"ask-save",          "1w",        true },
    {"ask-find",          "2/x",       true },
    {"ask-connector",     "3c",        true },
    {"ask-acknowledge",   "3a",        true },
    {"ask-from",          "2\no",      true },
    {"ask-mouse",         "1m",        true },
};
enum { PLACES = sizeof places / sizeof *places };

/* Fake answers to what the pages ask for. */
static inline pt_code places_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                                    struct pt_error *err)
{
    (void)arg;
    (void)err;
    *id = cmd->kind == PT_CMD_TOPIC_PEEK ? 2 : cmd->kind == PT_CMD_TOPIC_DESCRIBE ? 1 : 3;
    return PT_OK;
}

static const struct pt_link places_link = {.submit = places_submit};

/* What a place shows of a topic: text is in the records, number in the figures. */
static inline void places_answer(struct fixture *f, const char *text, int64_t number)
{
    static struct pt_described_partition partitions[3];
    static struct pt_peeked records[3];
    static struct pt_config_entry configs[2];
    static struct pt_described_group groups[3];
    for (int i = 0; i < 3; i++) {
        partitions[i] = (struct pt_described_partition){
            i, 1 + i, 3, 3 - i, {1, 2, 3},
                    number, number, number, number
        };
        records[i] = (struct pt_peeked){.partition = i,
                                        .offset = number,
                                        .time_ms = FIXTURE_NOW_MS - 1500,
                                        .key = i == 0 ? NULL : text,
                                        .value = text,
                                        .headers = i == 0 ? "" : text,
                                        .value_bytes = number};
        groups[i] = (struct pt_described_group){.members = number,
                                                .lag = number,
                                                .known_lag = number,
                                                .n_partitions = 3,
                                                .n_committed = 3};
        snprintf(groups[i].group, sizeof groups[i].group, "%s%d", text, i);
        snprintf(groups[i].state, sizeof groups[i].state, "%s", i > 0 ? "Stable" : "");
    }
    configs[0] = (struct pt_config_entry){"cleanup.policy", text, true, false, NULL};
    configs[1] = (struct pt_config_entry){"retention.ms", "604800000", false, false, NULL};
    fixture_answers(&f->completed,
                    &(struct pt_result){.n_partitions = 3,
                                        .partitions = partitions,
                                        .n_configs = 2,
                                        .configs = configs,
                                        .has_configs = true},
                    &(struct pt_result){.n_records = 3, .records = records},
                    &(struct pt_result){.n_groups = 3, .groups = groups});
}

static inline void places_answer_like(struct fixture *f, const struct extreme *extreme)
{
    const char *name = extreme->name;
    if (strcmp(name, "hostile") == 0)
        places_answer(f, extreme_name(0), 21305);
    else if (strcmp(name, "huge") == 0)
        places_answer(f, "{\"n\":9223372036854775807}", INT64_MAX);
    else if (strcmp(name, "unknown") == 0)
        places_answer(f, "", PT_UNKNOWN);
    else
        places_answer(f, "{\"ind\":63911,\"country\":\"Albania\"}", 21305);
}

/* A front end that was led to a place at this size; ui_done() afterwards. */
static inline void places_go(struct ui *ui, const struct place *place, struct fixture *f,
                             const struct extreme *extreme, bool is_ascii)
{
    const struct ui_host host = {.link = &places_link};
    const struct looks looks = {.is_ascii = is_ascii};
    if (ui_init(ui, &host, &looks) != PT_OK)
        abort();
    extreme->make(f);
    ui_size(ui, 24, 80);
    ui_snapshot(ui, &f->snap, FIXTURE_NOW_MS);
    for (const char *key = place->keys; *key != '\0'; key++)
        if (*key != '\f')
            ui_key(ui, *key == '\n' ? KEY_ENTER_ : *key == '\t' ? KEY_TAB_ : *key);
        else if (f->connectors.n_connectors > 1)
            ui_key(ui, KEY_ENTER_);
    places_answer_like(f, extreme);
    f->snap.section.version++;
    ui_snapshot(ui, &f->snap, FIXTURE_NOW_MS);
}

/* Runs a test for each situation, and then another one. */
static inline int places_run(CMUnitTestFunction each, const char *last_name,
                             CMUnitTestFunction last)
{
    struct CMUnitTest tests[EXTREMES + 1];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < EXTREMES; i++) {
        union {
            const void *in;
            void *out;
        } arg = {.in = &extremes[i]}; /* cmocka's state is not const; nobody writes to it */
        tests[i].name = extremes[i].name;
        tests[i].test_func = each;
        tests[i].initial_state = arg.out;
    }
    tests[EXTREMES].name = last_name;
    tests[EXTREMES].test_func = last;
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        setlocale(LC_ALL, "en_US.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
