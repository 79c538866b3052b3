/* What a dashboard remembers of its looks: the text of it, and its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pintop/view.h"
#include "scratch.h"
#include "ui/view_text.h"

static char text[8192];

/* ---- the text ---- */

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct view view = {.has_theme = true,
                        .theme = THEME_LIGHT,
                        .has_form = true,
                        .form = CHART_BLOCK,
                        .is_local = true,
                        .figure = FIGURE_ACK,
                        .step = 4},
                back;
    view_set_order(&view, &(struct view_order){"topics.TOPIC+PART", "LAG", true});
    view_set_order(&view, &(struct view_order){"overview.TOPIC+STATE", "", true});
    assert_true(view_format(&view, text, sizeof text) > 0);
    assert_int_equal(view_parse(text, &back), 0);
    assert_true(back.has_theme && back.has_form && back.is_local);
    assert_int_equal(back.theme, THEME_LIGHT);
    assert_int_equal(back.form, CHART_BLOCK);
    assert_int_equal(back.figure, FIGURE_ACK);
    assert_int_equal(back.step, 4);
    assert_string_equal(view_order_of(&back, "topics.TOPIC+PART")->column, "LAG");
    assert_true(view_order_of(&back, "topics.TOPIC+PART")->is_reversed);
    assert_string_equal(view_order_of(&back, "overview.TOPIC+STATE")->column, "");
    assert_null(view_order_of(&back, "log.TIME+TEXT"));
}

static void nothing_chosen_says_nothing_of_it(void **state)
{
    (void)state;
    struct view view = {.step = 0};
    view_format(&view, text, sizeof text);
    assert_null(strstr(text, "theme="));
    assert_null(strstr(text, "chart.form="));
    assert_null(strstr(text, "order."));
    assert_null(strstr(text, "filter"));
}

static void damage_is_the_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
    } cases[] = {
        {"times=local\ntheme=pink\n",                                     2},
        {"chart.step=99\n",                                               1},
        {"chart.step=-1\n",                                               1},
        {"chart.step=2x\n",                                               1},
        {"chart.figure=\n",                                               1},
        {"times=local\n\n# a word\nnonsense\n",                           4},
        {"=local\n",                                                      1},
        {"times=lo",                                                      1},
        {"times=local\norder.=LAG\n",                                     2},
        {"times=local\norder.a=A title that is far too long to be one\n", 2},
        {"times=local\n\x1b]2;x\x07=1\n",                                 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct view view;
        assert_int_equal(view_parse(cases[i].text, &view), cases[i].line);
        assert_false(view.is_local || view.has_theme);
        assert_int_equal(view.n_orders, 0);
    }
}

static void a_key_of_another_version_is_passed_over(void **state)
{
    (void)state;
    struct view view;
    assert_int_equal(view_parse("panel=events\ntimes=local\n", &view), 0);
    assert_true(view.is_local);
}

static void the_oldest_order_is_forgotten(void **state)
{
    (void)state;
    struct view view = {.step = 0};
    for (int i = 0; i < VIEW_ORDERS + 5; i++) {
        struct view_order order = {.column = "LAG"};
        snprintf(order.list, sizeof order.list, "list%d", i);
        view_set_order(&view, &order);
        view_set_order(&view, &order); /* once */
    }
    assert_int_equal(view.n_orders, VIEW_ORDERS);
    assert_null(view_order_of(&view, "list4"));
    assert_non_null(view_order_of(&view, "list5"));
    assert_true(view_format(&view, text, sizeof text) < sizeof text);
}

/* ---- the file ---- */

static void each_context_has_its_own(void **state)
{
    (void)state;
    char *read = NULL;
    struct stat st;
    const char *dir = scratch_path("state/pintop");
    assert_int_equal(pt_view_read(dir, "prod", &read, NULL), PT_ENOTFOUND);
    assert_int_equal(pt_view_write(dir, "prod", "times=local\n", NULL), PT_OK);
    assert_int_equal(pt_view_write(dir, "", "times=utc\n", NULL), PT_OK);
    assert_int_equal(pt_view_read(dir, "prod", &read, NULL), PT_OK);
    assert_string_equal(read, "times=local\n");
    free(read);
    assert_int_equal(pt_view_read(dir, "", &read, NULL), PT_OK);
    assert_string_equal(read, "times=utc\n");
    free(read);
    assert_int_equal(stat(scratch_path("state/pintop/view.prod"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_is_no_text_is_an_error(void **state)
{
    (void)state;
    char *read = NULL;
    struct pt_error err = {0};
    FILE *file = fopen(scratch_path("view"), "we");
    assert_int_equal(fwrite("a=1\0b", 1, 5, file), 5);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(pt_view_read(scratch_dir, "", &read, &err), PT_EDATA);
    assert_null(read);
    assert_non_null(strstr(err.what, "no text"));
    assert_int_equal(mkdir(scratch_path("view.prod"), 0700), 0);
    assert_int_equal(pt_view_read(scratch_dir, "prod", &read, &err), PT_EIO);
    assert_int_equal(pt_view_write(scratch_dir, "prod", "times=utc\n", &err), PT_EIO);
}

enum { WRITERS = 4, TURNS = 60, LONG_TEXT = 3000 };

/* Two dashboards on one directory: the last one wins, and nobody ever reads a mixture. */
static void writers_at_once_leave_one_whole_file(void **state)
{
    (void)state;
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] != 0)
            continue;
        char own[LONG_TEXT + 1];
        int bad = 0;
        memset(own, 'a' + w, LONG_TEXT);
        own[LONG_TEXT] = '\0';
        for (int i = 0; i < TURNS; i++)
            bad |= pt_view_write(scratch_dir, "prod", own, NULL) != PT_OK;
        _exit(bad);
    }
    int n_left = WRITERS, n_read = 0;
    while (n_left > 0) {
        char *read = NULL;
        int status = 0;
        if (pt_view_read(scratch_dir, "prod", &read, NULL) == PT_OK) {
            assert_int_equal(strlen(read), LONG_TEXT);
            assert_int_equal(strspn(read, (char[]){read[0], '\0'}), LONG_TEXT);
            n_read++;
        }
        free(read);
        if (waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            n_left--;
        }
    }
    assert_true(n_read > 0);
    DIR *dir = opendir(scratch_dir);
    int n_files = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n_files += entry->d_name[0] != '.';
    closedir(dir);
    assert_int_equal(n_files, 1); /* none of the new ones is left */
}

#define VIEW_FILE(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nothing_chosen_says_nothing_of_it),
        cmocka_unit_test(damage_is_the_defaults),
        cmocka_unit_test(a_key_of_another_version_is_passed_over),
        cmocka_unit_test(the_oldest_order_is_forgotten),
        VIEW_FILE(each_context_has_its_own),
        VIEW_FILE(what_is_no_text_is_an_error),
        VIEW_FILE(writers_at_once_leave_one_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
