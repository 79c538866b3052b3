/* The consumer groups of a topic, among its details. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "session.h"

/* Later by so much, with nothing else new. */
static void later(int64_t ms)
{
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, ui.desk.now_ms + ms);
}

/* Asking for groups costs the brokers connections: nobody is asked for them unless somebody
 * looks. */
static void groups_are_asked_for_while_they_are_shown(void **state)
{
    static struct pt_described_group group;
    static struct pt_result groups;
    (void)state;
    group = (struct pt_described_group){.group = "billing",
                                        .state = "Empty",
                                        .lag = PT_UNKNOWN,
                                        .known_lag = 12345,
                                        .n_partitions = 3,
                                        .n_committed = 2,
                                        .n_unknown = 1,
                                        .why = "ask for the offsets: a broker is away",
                                        .fix = "Ask again"};
    press("2\n");
    press("]");
    later(1000);
    assert_int_not_equal(fake.last.kind, PT_CMD_TOPIC_GROUPS);
    press("]");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_GROUPS);
    assert_string_equal(fake.topic, "demo.geo");
    assert_true(is_shown("asking"));
    unsigned asked = (unsigned)fake.submitted;
    groups = (struct pt_result){.id = fake.id,
                                .kind = PT_CMD_TOPIC_GROUPS,
                                .state = PT_RESULT_DONE,
                                .text = "64 of 2,000 groups were asked",
                                .groups = &group,
                                .n_groups = 1};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &groups;
    later(2000);
    assert_true(is_shown("64 of 2,000 groups were asked"));
    assert_true(is_shown("2/3     12,345+"));
    press("\n");
    assert_true(is_shown("lag at least 12,345"));
    assert_true(is_shown("a broker is away. Ask again"));
    ui_key(&ui, KEY_ESC_);
    later(27000);
    assert_int_equal(fake.submitted, asked);
    later(1000); /* 30 s after the question */
    assert_int_equal(fake.submitted, asked + 1);
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_GROUPS);
    groups.id = fake.id;
    groups.state = PT_RESULT_FAILED;
    pt_error_set(&groups.error, PT_EUNSUPPORTED, "Go there", "groups: no broker can be reached");
    later(1000);
    assert_true(is_shown("r shows what failed"));
    press("[");
    later(100000);
    assert_int_not_equal(fake.last.kind, PT_CMD_TOPIC_GROUPS);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(groups_are_asked_for_while_they_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
