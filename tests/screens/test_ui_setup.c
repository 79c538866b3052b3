/* The Setup page by its keys: the first round, a fix that is shown before it is done, ssh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_setup.h"
#include "session.h"
#include "ui/can.h"

/* The answer to the last command that was sent has come. */
static void answer_comes(const char *id, enum pt_result_state state, const char *what)
{
    static struct pt_result answer;
    answer = (struct pt_result){
        .id = fake.id, .kind = PT_CMD_SETUP_FIX, .state = state, .error.code = PT_OK};
    snprintf(answer.topic, sizeof answer.topic, "%s", id);
    if (state == PT_RESULT_FAILED)
        pt_error_set(&answer.error, PT_EAUTH, "Allow it", "%s", what);
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &answer;
    next_snapshot();
}

/* The plan of the fix that was asked for has come. */
static void plan_comes(const char *id)
{
    static struct pt_result plan;
    static const struct pt_line line = {
        .time_ms = PT_UNKNOWN, .level = "fact", .text = "what will change"};
    plan = (struct pt_result){.id = fake.id,
                              .kind = PT_CMD_SETUP_FIX,
                              .state = PT_RESULT_DONE,
                              .n_lines = 1,
                              .lines = &line,
                              .seen = "0123456789abcdef"};
    snprintf(plan.topic, sizeof plan.topic, "%s", id);
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &plan;
    next_snapshot();
}

static void the_first_look_makes_the_checks(void **state)
{
    (void)state;
    show(fixture_setup);
    fixture.setup.begun_ms = PT_UNKNOWN;
    fixture.setup.is_running = false;
    next_snapshot();
    press("5");
    assert_int_equal(fake.last.kind, PT_CMD_SETUP_CHECK);
    assert_int_equal(fake.submitted, 1);
    next_snapshot();
    assert_int_equal(fake.submitted, 1); /* once */
    press("r");
    assert_int_equal(fake.submitted, 2);
}

static void the_first_fault_is_selected_until_somebody_moves(void **state)
{
    (void)state;
    show(fixture_setup);
    press("5");
    fixture.setup.is_running = false;
    fixture.setup.ended_ms = FIXTURE_NOW_MS;
    next_snapshot();
    assert_true(is_shown(">11   kafka.topics"));
    press("k");
    fixture.setup.ended_ms += 1000;
    next_snapshot();
    assert_true(is_shown(">11   kafka.connect"));
}

static void a_fix_is_shown_before_it_is_done(void **state)
{
    (void)state;
    show(fixture_setup);
    press("5jjjjjjjjjjjf");
    assert_int_equal(fake.last.kind, PT_CMD_SETUP_FIX);
    assert_string_equal(fake.last.check, "kafka.topics");
    assert_true(fake.last.is_plan && fake.last.connector == NULL);
    plan_comes("kafka.topics");
    assert_true(is_shown("Fix kafka.topics?") && is_shown("what will change"));
    press("\n"); /* no is the default */
    assert_int_equal(fake.submitted, 1);
    press("f");
    plan_comes("kafka.topics");
    press("y");
    assert_int_equal(fake.submitted, 3);
    assert_false(fake.last.is_plan);
    assert_string_equal(fake.last.seen, "0123456789abcdef");
}

static void what_costs_money_has_its_name_typed(void **state)
{
    (void)state;
    show(fixture_setup);
    press("5Gkf");
    plan_comes("mskconnect.connector");
    assert_true(is_shown("Type mskconnect.connector"));
    press("y\n");
    assert_int_equal(fake.submitted, 1);
    ui_key(&ui, KEY_CTRL_('u'));
    press("mskconnect.connector\n");
    assert_int_equal(fake.submitted, 2);
    assert_false(fake.last.is_plan);
}

static void readonly_fixes_nothing(void **state)
{
    (void)state;
    show(fixture_setup);
    fixture.session.is_readonly = true;
    next_snapshot();
    press("5jjjjjjjjjjjf");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("READONLY"));
}

static void ssh_runs_the_command_of_its_check(void **state)
{
    (void)state;
    show(fixture_setup);
    ui.host.run = fake_run;
    fake.runs = 0;
    press("5!");
    assert_int_equal(fake.runs, 0);
    assert_false(ui_can(&ui, ACT_SSH)); /* so the footer does not offer it */
    assert_true(is_shown("no SSH command is known"));
    static struct pt_check check;
    check = fixture.setup.checks[0];
    check.id = "ec2.ssh";
    check.copy = "ssh -i \"k.pem\" ec2-user@host";
    fixture.setup.checks = &check;
    fixture.setup.n_checks = 1;
    next_snapshot();
    assert_true(ui_can(&ui, ACT_SSH));
    press("!");
    assert_int_equal(fake.runs, 1);
    assert_string_equal(fake.ran, "ssh -i \"k.pem\" ec2-user@host");
}

/* ---- all fixes ---- */

static struct pt_check walked[24];

/* A setup in which three rows can be fixed, of which the last one only once the second is. */
static void begin_walk(void)
{
    show(fixture_setup);
    memcpy(walked, fixture.setup.checks, fixture.setup.n_checks * sizeof *walked);
    fixture.setup.checks = walked;
    for (size_t i = 0; i < fixture.setup.n_checks; i++)
        if (walked[i].state == PT_CHECK_WAITING || walked[i].state == PT_CHECK_RUNNING)
            walked[i].state = PT_CHECK_UNKNOWN;
    walked[17].is_fixable = true; /* s3.plugin */
    walked[17].state = PT_CHECK_FAIL;
    walked[18].evidence = "needs s3.plugin, which fails";
    fixture.setup.is_running = false;
    fixture.setup.n_rounds = 1;
    fixture.setup.begun_ms = fixture.setup.ended_ms = FIXTURE_NOW_MS;
    next_snapshot();
    press("5F");
}

/* The round after a fix: the row is good now. */
static void round_comes(size_t good)
{
    fixture.setup.is_running = true;
    next_snapshot();
    walked[good].state = PT_CHECK_OK;
    walked[good].is_fixable = false;
    fixture.setup.is_running = false;
    fixture.setup.n_rounds++;
    next_snapshot();
}

static void all_fixes_are_offered_in_the_order_of_the_steps(void **state)
{
    (void)state;
    begin_walk();
    assert_string_equal(fake.last.check, "kafka.topics");
    assert_true(fake.last.is_plan);
    plan_comes("kafka.topics");
    assert_true(is_shown("Fix kafka.topics?") && is_shown("n leave it, go on"));
    press("n");
    assert_string_equal(fake.last.check, "s3.plugin");
    plan_comes("s3.plugin");
    press("y");
    assert_false(fake.last.is_plan);
    assert_string_equal(fake.last.seen, "0123456789abcdef");
    int sent = fake.submitted;
    answer_comes("s3.plugin", PT_RESULT_DONE, NULL);
    assert_int_equal(fake.submitted, sent); /* first the setup is checked again */
    walked[18].is_fixable = true;
    round_comes(17);
    assert_string_equal(fake.last.check, "mskconnect.plugin"); /* what it made possible */
    plan_comes("mskconnect.plugin");
    press("y");
    answer_comes("mskconnect.plugin", PT_RESULT_DONE, NULL);
    round_comes(18);
    assert_true(is_shown("Fixed: s3.plugin, mskconnect.plugin. Left:"));
    assert_true(is_shown("kafka.topics (you said no)"));
    assert_true(is_shown("iam.role (needs iam:GetRole)"));
}

static void esc_ends_all_fixes(void **state)
{
    (void)state;
    begin_walk();
    plan_comes("kafka.topics");
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("Stopped by you. Nothing was fixed"));
    press(" ");
    press("F"); /* it begins again */
    assert_int_equal(fake.submitted, 2);
}

static void a_fix_that_fails_does_not_end_the_others(void **state)
{
    (void)state;
    begin_walk();
    plan_comes("kafka.topics");
    press("y");
    answer_comes("kafka.topics", PT_RESULT_FAILED, "the broker denied it");
    fixture.setup.n_rounds++;
    next_snapshot();
    assert_string_equal(fake.last.check, "s3.plugin");
    plan_comes("s3.plugin");
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown("kafka.topics (the broker denied it)"));
}

static void what_costs_is_typed_or_left_in_all_fixes(void **state)
{
    (void)state;
    begin_walk();
    for (size_t i = 0; i < fixture.setup.n_checks; i++)
        walked[i].is_fixable = strcmp(walked[i].id, "mskconnect.connector") == 0;
    fixture.completed.n_results = 0;
    plan_comes("kafka.topics");
    press("n");
    assert_string_equal(fake.last.check, "mskconnect.connector");
    plan_comes("mskconnect.connector");
    assert_true(is_shown("Type mskconnect.connector") && is_shown("Enter alone: leave it"));
    int sent = fake.submitted;
    press("y\n"); /* that is not its name */
    assert_int_equal(fake.submitted, sent);
    ui_key(&ui, KEY_CTRL_('u'));
    press("\n");
    assert_int_equal(fake.submitted, sent);
    assert_true(is_shown("mskconnect.connector (you said no)"));
}

/* Before the first round nothing is known: the walk begins when it has ended. */
static void all_fixes_wait_for_the_checks(void **state)
{
    (void)state;
    show(fixture_setup);
    press("5F");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("begins when the checks have ended"));
    fixture.setup.is_running = false;
    fixture.setup.n_rounds = 1;
    fixture.setup.ended_ms = FIXTURE_NOW_MS;
    next_snapshot();
    assert_string_equal(fake.last.check, "kafka.topics");
}

/* ---- a fix that runs ---- */

static void esc_asks_before_it_stops_a_fix(void **state)
{
    (void)state;
    show(fixture_setup_upload);
    press("5");
    assert_true(is_shown("fixing s3.plugin") && is_shown("8.4 MB of 22.0 MB"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown("Stop the fix s3.plugin?"));
    press("\n"); /* no is the default */
    assert_int_equal(fake.submitted, 0);
    ui_key(&ui, KEY_ESC_);
    press("y");
    assert_int_equal(fake.last.kind, PT_CMD_SETUP_CANCEL);
    fixture.setup.fix.id[0] = '\0';
    next_snapshot();
    ui_key(&ui, KEY_ESC_);
    assert_string_equal(ui_page(&ui)->word, "overview");
}

static void quitting_names_what_goes_on(void **state)
{
    static const char *const goes_on =
        "The connector a keeps running at AWS without pintop, about $0.11 an hour.";
    (void)state;
    show(fixture_setup_wait);
    fixture.streams = (struct pt_streams_section){0};
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 0);
    assert_true(is_shown("The fix mskconnect.connector runs") && is_shown("costs money"));
    press("n");
    fixture.setup.fix.id[0] = '\0';
    snprintf(fixture.setup.goes_on, sizeof fixture.setup.goes_on, "%s", goes_on);
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 0);
    assert_true(is_shown("The connector a keeps running") && is_shown("about $0.11 an"));
    press("n");
    /* MSK Connect has none any more. */
    fixture.connectors =
        (struct pt_connectors_section){.backend = "mskconnect", .asked_ms = FIXTURE_NOW_MS};
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 1);
}

/* ---- one of several clusters ---- */

static void a_cluster_is_chosen_from_those_found(void **state)
{
    (void)state;
    show(fixture_setup_choose);
    fixture.streams = (struct pt_streams_section){0};
    next_snapshot();
    press("5");
    assert_true(is_shown("choose one (f on msk.cluster)") && is_shown(">10   msk.cluster"));
    press("\n");
    assert_true(is_shown("pinterest-msk  ACTIVE, Kafka 2.8.1, 3 brokers"));
    ui_key(&ui, KEY_ESC_);
    assert_string_equal(fake.connected, "");
    press("f2");
    assert_string_equal(fake.connected, "pintop.msk.cluster=other");
    assert_true(is_shown("5 Setup  not saved"));
    press("w");
    ui_key(&ui, KEY_CTRL_('u'));
    press("mine\n");
    assert_string_equal(fake.saved, "mine");
    assert_true(is_shown("5 Setup  context mine"));
}

static void streams_are_stopped_by_their_owner_first(void **state)
{
    (void)state;
    show(fixture_setup_choose);
    press("5\n");
    assert_true(is_shown("stop the streams first"));
    assert_string_equal(fake.connected, "");
}

static void a_fix_is_not_cut_off_by_a_choice(void **state)
{
    (void)state;
    show(fixture_setup_choose);
    fixture.streams = (struct pt_streams_section){0};
    snprintf(fixture.setup.fix.id, sizeof fixture.setup.fix.id, "s3.plugin");
    next_snapshot();
    press("5\n");
    assert_true(is_shown("a fix is running"));
    assert_string_equal(fake.connected, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UI_TEST(the_first_look_makes_the_checks),
        UI_TEST(the_first_fault_is_selected_until_somebody_moves),
        UI_TEST(a_fix_is_shown_before_it_is_done),
        UI_TEST(what_costs_money_has_its_name_typed),
        UI_TEST(readonly_fixes_nothing),
        UI_TEST(ssh_runs_the_command_of_its_check),
        UI_TEST(all_fixes_are_offered_in_the_order_of_the_steps),
        UI_TEST(esc_ends_all_fixes),
        UI_TEST(a_fix_that_fails_does_not_end_the_others),
        UI_TEST(what_costs_is_typed_or_left_in_all_fixes),
        UI_TEST(a_fix_is_not_cut_off_by_a_choice),
        UI_TEST(all_fixes_wait_for_the_checks),
        UI_TEST(esc_asks_before_it_stops_a_fix),
        UI_TEST(quitting_names_what_goes_on),
        UI_TEST(a_cluster_is_chosen_from_those_found),
        UI_TEST(streams_are_stopped_by_their_owner_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
