/* Topics and their details: created, deleted, filtered, kept fresh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"

static void deleting_takes_the_typed_name(void **state)
{
    (void)state;
    press("2D");
    assert_true(is_shown("120 of them"));
    assert_true(is_shown("offset 0"));
    press("demo.pin\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("That is not demo.geo"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("demo.geo\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DELETE);
    assert_string_equal(fake.topic, "demo.geo");
}

/* What AWS tells of the lag is told as its word, with its age. */
static void the_question_names_who_told_the_lag(void **state)
{
    (void)state;
    fixture.topics_section.source = PT_TOPICS_OF_AWS;
    fixture.topics_section.asked_ms = ui.desk.now_ms - 119000; /* a second passes */
    next_snapshot();
    press("2D");
    assert_non_null(
        strstr(ui.dialogs[0].text, "AWS said 2m00s ago that no sink has committed 120 of them"));
    ui_key(&ui, 27);
    for (size_t i = 0; i < fixture.topics_section.n_topics; i++)
        fixture.topics[i].lag = PT_UNKNOWN;
    next_snapshot();
    press("D");
    assert_non_null(strstr(ui.dialogs[0].text, "whether a sink has committed them is unknown"));
}

/* The key and the word alike: before a name is typed. */
static void readonly_refuses_to_delete_at_once(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    next_snapshot();
    press("2D");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("READONLY: started with --readonly, so topics stay as they are"));
    press("1:delete demo.geo\n");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("READONLY: started with --readonly, so topics stay as they are"));
}

static const struct pt_line alter_lines[] = {
    {.time_ms = PT_UNKNOWN, .level = "change", .text = "partitions 3 -> 6",             .count = 1},
    {.time_ms = PT_UNKNOWN, .level = "WARN",   .text = "Partitions cannot be removed.", .count = 1},
};

static void answer_plan(struct pt_result *plan)
{
    plan->id = fake.id;
    plan->kind = PT_CMD_TOPIC_ALTER;
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = plan;
    next_snapshot();
}

/* The difference is shown before anything is sent, and exactly that is sent. */
static void a_change_shows_its_plan_and_takes_the_typed_name(void **state)
{
    static struct pt_result plan = {.state = PT_RESULT_DONE,
                                    .topic = "demo.geo",
                                    .seen = "0123456789abcdef",
                                    .n_lines = 2,
                                    .lines = alter_lines};
    (void)state;
    press("2e");
    assert_true(is_shown("Change demo.geo"));
    press("partitions=6\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_ALTER);
    assert_true(fake.last.is_plan);
    assert_string_equal(fake.topic, "demo.geo");
    assert_string_equal(fake.connector, "");
    assert_int_equal(fake.last.partitions, 6);
    assert_int_equal(fake.last.n_configs, 0);
    answer_plan(&plan);
    assert_true(is_shown("partitions 3 -> 6"));
    assert_true(is_shown("WARN Partitions cannot be removed."));
    press("demo.pin\n");
    assert_int_equal(fake.submitted, 1);
    ui_key(&ui, KEY_CTRL_('u'));
    press("demo.geo\n");
    assert_int_equal(fake.submitted, 2);
    assert_false(fake.last.is_plan);
    assert_string_equal(fake.last.seen, "0123456789abcdef");
    assert_int_equal(fake.last.partitions, 6);
}

static void a_setting_is_changed_in_the_same_way(void **state)
{
    static struct pt_result same = {.state = PT_RESULT_DONE,
                                    .topic = "demo.geo",
                                    .text = "Topic demo.geo is like that already."};
    static struct pt_result refused = {
        .state = PT_RESULT_FAILED,
        .topic = "demo.geo",
        .error = {.code = PT_EUSAGE, .what = "no such setting"}
    };
    (void)state;
    press("2eretention.ms=5\n");
    assert_int_equal(fake.last.partitions, -1);
    assert_string_equal(fake.config, "retention.ms=5");
    answer_plan(&same);
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("is like that already"));
    press("eno.setting=six\n"); /* what that is, the engine says */
    assert_string_equal(fake.config, "no.setting=six");
    answer_plan(&refused);
    assert_true(is_shown("no such setting"));
    ui_key(&ui, KEY_ESC_);
    fixture.session.is_readonly = true;
    next_snapshot();
    press("e");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("READONLY: started with --readonly, so topics stay as they are"));
}

/* What is no number of partitions is no setting either, and nothing is asked for it. */
static void partitions_take_a_number(void **state)
{
    static const char *const bad[] = {"six", "6x", "", "0", "-6", " 6", "99999999999999999999"};
    (void)state;
    press("2e");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        press("partitions=");
        press(bad[i]);
        press("\n");
        assert_int_equal(fake.submitted, 0);
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("is not a number of partitions"));
        assert_true(is_shown("Write a whole"));
        ui_key(&ui, KEY_CTRL_('u'));
    }
    press("partitions=6\n");
    assert_int_equal(fake.last.partitions, 6);
}

static void a_refused_name_keeps_the_question_open(void **state)
{
    (void)state;
    press("2n");
    assert_true(is_shown("demo._")); /* the prefix is typed already, with the cursor behind it */
    fake.answer = PT_ENAME;
    press("a b\n");
    assert_true(is_shown("it is not allowed"));
    assert_int_equal(ui.n_dialogs, 1);
    fake.answer = PT_OK;
    ui_key(&ui, KEY_CTRL_('u'));
    press("demo.x\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_CREATE);
    assert_string_equal(fake.topic, "demo.x");
    assert_int_equal(ui.n_dialogs, 0);
}

static void a_filter_follows_as_it_is_typed(void **state)
{
    (void)state;
    press("2/us");
    assert_false(is_shown("demo.pin"));
    assert_true(is_shown("demo.user"));
    press("\n");
    assert_true(is_shown("1 of 3  /us"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown("demo.pin"));
}

static void made_topic_listed(const char *name)
{
    fixture_topic(&fixture, name, -1);
    next_snapshot();
}

static void a_topic_made_here_is_chosen_when_it_is_listed(void **state)
{
    (void)state;
    press("nextra\n");
    assert_string_equal(fake.topic, "demo.extra");
    static struct pt_result done = {.id = 1,
                                    .kind = PT_CMD_TOPIC_CREATE,
                                    .state = PT_RESULT_DONE,
                                    .topic = "zz.extra",
                                    .text = "Created topic zz.extra."};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot(); /* the word comes first, the list later */
    assert_true(is_shown("Created topic zz.extra."));
    assert_true(is_shown(">pin"));
    made_topic_listed("zz.extra");
    assert_true(is_shown(">zz.extra"));
    press("2");
    assert_true(is_shown(">zz.extra"));
    press("g"); /* and it is not chosen again */
    next_snapshot();
    assert_false(is_shown(">zz.extra"));
}

static void a_key_is_worth_more_than_a_topic_that_was_made(void **state)
{
    (void)state;
    press("nextra\n");
    static struct pt_result done = {
        .id = 1, .kind = PT_CMD_TOPIC_CREATE, .state = PT_RESULT_DONE, .topic = "zz.extra"};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot();
    press("j");
    made_topic_listed("zz.extra");
    assert_true(is_shown(">geo"));
}

/* Later by so much, with nothing else new. */
static void later(int64_t ms)
{
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, ui.desk.now_ms + ms);
}

static struct pt_peeked details_records[2];
static struct pt_result details_describe, details_peek;

/* The details of the first topic: opened, asked for, and answered 21 s later. */
static void open_details(void)
{
    details_records[0] =
        (struct pt_peeked){.offset = 7, .time_ms = FIXTURE_NOW_MS, .key = "a", .headers = ""};
    details_records[1] = (struct pt_peeked){
        .offset = 8, .time_ms = FIXTURE_NOW_MS, .value = "", .headers = "h=1\nk=2"};
    details_describe =
        (struct pt_result){.id = 1, .kind = PT_CMD_TOPIC_DESCRIBE, .state = PT_RESULT_DONE};
    details_peek = (struct pt_result){.id = 2,
                                      .kind = PT_CMD_TOPIC_PEEK,
                                      .state = PT_RESULT_DONE,
                                      .records = details_records,
                                      .n_records = 2};
    press("2\n");
    assert_int_equal(fake.submitted, 2);
    later(20000); /* not answered: not asked twice */
    assert_int_equal(fake.submitted, 2);
    fixture.completed.n_results = 2;
    fixture.completed.results[0] = &details_describe;
    fixture.completed.results[1] = &details_peek;
    later(1000);
}

static void details_stay_fresh_and_say_their_age(void **state)
{
    (void)state;
    open_details();
    assert_true(is_shown("21s old"));
    assert_true(is_shown("null (a tombstone)"));
    assert_true(is_shown("(empty)"));
    assert_true(is_shown("23 Nov 03:12:38Z"));
    assert_int_equal(fake.submitted, 3); /* old by now: the records, which are looked at, again */
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PEEK);
    details_peek.id = 3;
    details_records[1].offset = 9;
    later(1000);
    assert_true(is_shown(" 9 "));
    assert_true(is_shown("1s old"));
    later(3000);
    assert_int_equal(fake.submitted, 3);
    press("\n");
    assert_true(is_shown("partition 0, offset 9"));
    assert_true(is_shown("time 2026-11-23 03:12:38.000Z"));
    assert_true(is_shown("value empty, 0 bytes"));
    assert_true(is_shown("h=1"));
    assert_true(is_shown("k=2"));
}

static void the_most_lagging_partition_stands_first(void **state)
{
    static struct pt_described_partition parts[4];
    static const int64_t lags[4] = {5, PT_UNKNOWN, 7000, 5};
    (void)state;
    open_details();
    for (int i = 0; i < 4; i++)
        parts[i] = (struct pt_described_partition){.partition = 70 + i,
                                                   .leader = 1,
                                                   .n_replicas = 3,
                                                   .n_in_sync = 3,
                                                   .committed = PT_UNKNOWN,
                                                   .lag = lags[i]};
    press("]");
    later(10000);
    details_describe.id = (uint64_t)fake.submitted;
    details_describe.partitions = parts;
    details_describe.n_partitions = 4;
    later(1000);
    ui_draw(&ui, canvas);
    char *text = canvas_dump(canvas, false);
    const char *order[4] = {strstr(text, "   72 "), strstr(text, "   70 "), strstr(text, "   73 "),
                            strstr(text, "   71 ")};
    for (int i = 0; i < 4; i++)
        assert_true(order[i] != NULL && (i == 0 || order[i] > order[i - 1]));
    free(text);
}

/* o reads from a place, and what is shown stays; f follows the newest again. */
static void records_are_read_from_a_place(void **state)
{
    (void)state;
    open_details();
    press("o2@7x\n");
    assert_true(is_shown("this is no place in a topic"));
    assert_true(is_shown("PARTITION@OFFSET"));
    ui_key(&ui, KEY_ESC_);
    int before = fake.submitted;
    press("o2@7\n");
    assert_int_equal(fake.submitted, before + 1);
    assert_true(fake.last.is_at && fake.last.partition == 2 && fake.last.offset == 7);
    assert_true(is_shown("asking"));
    details_peek.id = (uint64_t)fake.submitted;
    snprintf(details_peek.text, sizeof details_peek.text, "offset 7 was deleted");
    later(1000);
    assert_true(is_shown("offset 7 was deleted"));
    assert_true(is_shown("null (a tombstone)"));
    assert_true(is_shown(">  0             7")); /* the first one of the place is selected */
    assert_true(is_shown("f follows the newest"));
    assert_false(is_shown("newest first"));
    later(60000); /* they stay as they are */
    assert_int_equal(fake.submitted, before + 1);
    press("o03:10\n");
    assert_true(fake.last.is_from && !fake.last.is_at);
    assert_int_equal(fake.last.from_ms, INT64_C(1795403400000));
    press("f");
    assert_int_equal(fake.submitted, before + 3);
    assert_false(fake.last.is_from || fake.last.is_at);
    details_peek.id = (uint64_t)fake.submitted;
    details_peek.text[0] = '\0';
    later(1000);
    assert_true(is_shown("following the newest"));
    assert_int_equal(fake.submitted, before + 4); /* every second */
}

/* The settings, with which of them are defaults, and one of them to be changed. */
static void a_setting_is_offered_as_it_is(void **state)
{
    static const struct pt_config_entry configs[] = {
        {.name = "cleanup.policy", .value = "delete",    .is_default = true },
        {.name = "retention.ms",   .value = "604800000", .is_default = false},
        {.name = "secret.key",     .value = "***",       .is_default = false},
        {.name = "note",           .value = "a\\nb",     .is_default = false},
        {.name = "empty",          .value = "",          .is_default = false},
    };
    (void)state;
    open_details();
    press("e"); /* among records no setting is selected */
    assert_string_equal(ui.dialogs[0].prompt.text, "");
    ui_key(&ui, KEY_ESC_);
    press("[");
    later(31000); /* asked again */
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DESCRIBE);
    details_describe.id = fake.id;
    details_describe.has_configs = true;
    details_describe.configs = configs;
    details_describe.n_configs = sizeof configs / sizeof *configs;
    later(1000);
    assert_true(is_shown("delete  (default)"));
    assert_false(is_shown("604800000  (default)"));
    press("\n");
    assert_true(is_shown("The topic does not set it"));
    ui_key(&ui, KEY_ESC_);
    press("je");
    assert_true(is_shown("retention.ms=604800000"));
    press("partitions=6"); /* replaces what was offered */
    assert_string_equal(ui.dialogs[0].prompt.text, "partitions=6");
    ui_key(&ui, KEY_ESC_);
    press("e\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_ALTER);
    assert_true(fake.last.is_plan);
    assert_string_equal(fake.config, "retention.ms=604800000");
    press("je"); /* what is not shown as it is, is not offered */
    assert_string_equal(ui.dialogs[0].prompt.text, "secret.key=");
    ui_key(&ui, KEY_ESC_);
    press("je");
    assert_string_equal(ui.dialogs[0].prompt.text, "note=");
    ui_key(&ui, KEY_ESC_);
    press("je");
    assert_string_equal(ui.dialogs[0].prompt.text, "empty=");
}

static void who_reads_details_is_not_disturbed(void **state)
{
    (void)state;
    open_details();
    details_peek.id = 3;
    later(4000);
    press("j\n");
    assert_true(is_shown("value null: a tombstone"));
    ui_key(&ui, KEY_ESC_);
    later(60000);
    assert_int_equal(fake.submitted, 3);
    assert_true(is_shown("1m04s old, g follows again"));
    press("g"); /* follows at once */
    assert_int_equal(fake.submitted, 4);
    press("p");
    later(60000);
    assert_int_equal(fake.submitted, 4); /* frozen */
    press("p]");
    later(1000);
    assert_int_equal(fake.submitted, 5);
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DESCRIBE);
    details_describe.id = 5;
    details_describe.state = PT_RESULT_FAILED;
    pt_error_set(&details_describe.error, PT_EKAFKA, "wait", "describe: the broker is away");
    later(1000);
    assert_true(is_shown("the broker is away"));
}

static void an_open_record_is_copied_and_stays_open(void **state)
{
    (void)state;
    press("6");
    press("\n");
    assert_int_equal(ui.n_dialogs, 1);
    press("y");
    assert_int_equal(ui.n_dialogs, 1);
    assert_non_null(strstr(fake.copied, "TRANSITION -> OK"));
    assert_true(is_shown("sent to the clipboard (OSC 52)"));
    press("x");
    assert_int_equal(ui.n_dialogs, 0);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(deleting_takes_the_typed_name),
        UI_TEST(the_question_names_who_told_the_lag),
        UI_TEST(readonly_refuses_to_delete_at_once),
        UI_TEST(a_change_shows_its_plan_and_takes_the_typed_name),
        UI_TEST(a_setting_is_changed_in_the_same_way),
        UI_TEST(partitions_take_a_number),
        UI_TEST(a_refused_name_keeps_the_question_open),
        UI_TEST(a_filter_follows_as_it_is_typed),
        UI_TEST(a_topic_made_here_is_chosen_when_it_is_listed),
        UI_TEST(a_key_is_worth_more_than_a_topic_that_was_made),
        UI_TEST(details_stay_fresh_and_say_their_age),
        UI_TEST(the_most_lagging_partition_stands_first),
        UI_TEST(records_are_read_from_a_place),
        UI_TEST(a_setting_is_offered_as_it_is),
        UI_TEST(who_reads_details_is_not_disturbed),
        UI_TEST(an_open_record_is_copied_and_stays_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
