/* The saved contexts: the list, and what another one takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pintop/context.h"
#include "scratch.h"

static struct pt_context *list;
static size_t n;

static int contexts_setup(void **state)
{
    int rc = scratch_make(state);
    rc = rc == 0 ? mkdir(scratch_path("pintop"), 0700) : rc;
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    return rc;
}

static int contexts_teardown(void **state)
{
    free(list);
    list = NULL;
    unsetenv("XDG_CONFIG_HOME");
    return scratch_remove(state);
}

static void read_all(void)
{
    free(list);
    assert_int_equal(pt_contexts_read(&list, &n, NULL), PT_OK);
}

static void no_directory_is_no_context(void **state)
{
    (void)state;
    assert_int_equal(rmdir(scratch_path("pintop")), 0);
    read_all();
    assert_int_equal(n, 0);
    assert_null(list);
}

static void each_is_described(void **state)
{
    (void)state;
    scratch_put("pintop/prod.properties",
                "bootstrap.servers=b-1:9092,b-2:9092\npintop.band=red\npintop.readonly=on\n");
    scratch_put("pintop/cloud.properties", "pintop.msk.cluster=orders\n");
    scratch_put("pintop/here.properties", "pintop.user.id=me\n");
    scratch_put("pintop/only.properties",
                "pintop.connector.url=http://me:hunter2@connect.example:8083\n");
    scratch_put("pintop/odd.properties", "pintop.band=pink\n");
    scratch_put("pintop/prod.properties.old", "bootstrap.servers=b-9:9092\n");
    scratch_put("pintop/.hidden.properties", "bootstrap.servers=b-9:9092\n");
    scratch_put("pintop/notes.txt", "nothing\n");
    read_all();
    assert_int_equal(n, 5);
    assert_string_equal(list[0].name, "cloud");
    assert_string_equal(list[0].cluster, "MSK cluster orders");
    assert_string_equal(list[0].band, "");
    assert_string_equal(list[1].name, "here");
    assert_string_equal(list[1].cluster, "embedded");
    assert_string_equal(list[2].name, "odd");
    assert_int_equal(strncmp(list[2].why, "odd.properties:1: pintop.band=pink: ", 36), 0);
    assert_string_equal(list[3].name, "only");
    assert_non_null(strstr(list[3].cluster, "connect.example:8083"));
    assert_null(strstr(list[3].cluster, "hunter2"));
    assert_string_equal(list[4].name, "prod");
    assert_string_equal(list[4].cluster, "b-1:9092,b-2:9092");
    assert_string_equal(list[4].band, "red");
    assert_string_equal(list[4].why, "");
    assert_true(list[4].is_readonly && !list[0].is_readonly);
}

/* Those that come first by their names, whatever order the directory has. */
static void so_many_are_listed(void **state)
{
    (void)state;
    for (int i = 99; i >= 0; i--) {
        char file[64];
        snprintf(file, sizeof file, "pintop/c%02d.properties", i);
        scratch_put(file, "\n");
    }
    read_all();
    assert_int_equal(n, PT_CONTEXTS_MAX);
    for (size_t i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%02zu", i);
        assert_string_equal(list[i].name, name);
    }
}

static struct pt_context_carry carry;

/* Takes context "next" from a start with these arguments; the caller frees it. */
static struct pt_config *take(const struct pt_config_args *args, char left[120])
{
    struct pt_config *from = NULL, *next = NULL;
    assert_int_equal(pt_config_load(args, &from, NULL), PT_OK);
    pt_context_carry(from, &carry);
    pt_context_left(from, left, 120);
    pt_config_free(from);
    assert_int_equal(pt_context_load("next", &carry, &next, NULL), PT_OK);
    assert_string_equal(pt_config_context(next), "next");
    return next;
}

static void looks_and_log_come_along_and_nothing_else(void **state)
{
    (void)state;
    char left[120];
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:9", "pintop.theme=safe",
                                           "pintop.log.file=/tmp/log", "pintop.log.level=debug",
                                           "pintop.user.id=me"};
    static const char *const origins[] = {"-b", "-X", "--log-file", "-v", "-X"};
    scratch_put("pintop/next.properties", "bootstrap.servers=b-1:9092\n");
    scratch_put("client.properties", "security.protocol=PLAINTEXT\n");
    const char *file = scratch_path("client.properties");
    const struct pt_config_args args = {
        .files = &file, .n_files = 1, .settings = settings, .origins = origins, .n_settings = 5};
    struct pt_config *next = take(&args, left);
    assert_string_equal(pt_config_get(next, "bootstrap.servers"), "b-1:9092");
    assert_string_equal(pt_config_get(next, "pintop.theme"), "safe");
    assert_string_equal(pt_config_get(next, "pintop.log.file"), "/tmp/log");
    assert_string_equal(pt_config_get(next, "pintop.log.level"), "debug");
    assert_null(pt_config_given(next, "pintop.user.id"));
    assert_null(pt_config_get(next, "security.protocol"));
    assert_non_null(strstr(left, "-b"));
    assert_non_null(strstr(left, "-X"));
    assert_non_null(strstr(left, "-F"));
    assert_null(strstr(left, "--log-file"));
    pt_config_free(next);
}

/* A theme of a context's file is that context's own. */
static void what_a_file_says_stays_with_it(void **state)
{
    (void)state;
    char left[120];
    scratch_put("pintop/this.properties", "pintop.theme=light\npintop.readonly=on\n");
    scratch_put("pintop/next.properties", "bootstrap.servers=b-1:9092\n");
    const struct pt_config_args args = {.context = "this"};
    struct pt_config *next = take(&args, left);
    assert_string_equal(pt_config_get(next, "pintop.theme"), "default");
    assert_false(pt_config_is_readonly(next));
    assert_string_equal(left, "");
    pt_config_free(next);
}

static void readonly_stays_however_it_was_asked_for(void **state)
{
    (void)state;
    char left[120];
    static const char *const on[] = {"pintop.readonly=on"};
    scratch_put("pintop/this.properties", "pintop.readonly=on\n");
    scratch_put("pintop/next.properties", "bootstrap.servers=b-1:9092\npintop.readonly=off\n");
    scratch_put("start.properties", "pintop.readonly=on\n");
    const char *file = scratch_path("start.properties");
    const struct pt_config_args starts[] = {
        {.is_readonly = true },
        { .context = "this", .is_readonly = true},
        { .settings = on,     .n_settings = 1},
        { .files = &file,        .n_files = 1},
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct pt_config *next = take(&starts[i], left);
        assert_true(pt_config_is_readonly(next));
        pt_context_carry(next, &carry); /* and to the one after it */
        assert_true(carry.is_readonly);
        pt_config_free(next);
    }
    setenv("PINTOP_READONLY", "on", 1);
    struct pt_config *next = take(&(struct pt_config_args){.context = "this"}, left);
    unsetenv("PINTOP_READONLY");
    assert_true(pt_config_is_readonly(next));
    pt_config_free(next);
}

static void one_that_is_damaged_is_an_error(void **state)
{
    (void)state;
    struct pt_config *next = NULL;
    struct pt_error err = {0};
    memset(&carry, 0, sizeof carry);
    assert_int_equal(pt_context_load("none", &carry, &next, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "none"));
    scratch_put("pintop/odd.properties", "pintop.band=pink\n");
    assert_int_equal(pt_context_load("odd", &carry, &next, &err), PT_ECONFIG);
    assert_null(next);
}

#define CONTEXTS(f) cmocka_unit_test_setup_teardown(f, contexts_setup, contexts_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONTEXTS(no_directory_is_no_context),
        CONTEXTS(each_is_described),
        CONTEXTS(so_many_are_listed),
        CONTEXTS(looks_and_log_come_along_and_nothing_else),
        CONTEXTS(what_a_file_says_stays_with_it),
        CONTEXTS(readonly_stays_however_it_was_asked_for),
        CONTEXTS(one_that_is_damaged_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
