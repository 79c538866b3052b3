/* The dashboard without memory: it says so, and neither a terminal nor an engine is opened. */
#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "page/page.h"
#include "ui/dashboard.h"

static long calls_left = -1; /* calls of calloc until one fails; -1: none does */
static bool is_failed;

void *calloc(size_t n, size_t size)
{
    static void *(*real)(size_t n, size_t size);
    if (calls_left == 0) {
        calls_left = -1;
        is_failed = true;
        return NULL;
    }
    if (calls_left > 0)
        calls_left--;
    if (real == NULL)
        real = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
    return real(n, size);
}

static pt_code open_nothing(const struct pt_config *cfg, const struct pt_run *run,
                            struct pt_link *link, struct pt_error *err)
{
    (void)cfg;
    (void)run;
    (void)link;
    (void)err;
    fail_msg("the engine was opened");
    return PT_ECLOSED;
}

/* Runs a dashboard whose call of calloc with that number fails. said: what it printed. */
static int run_without(long call, char *said, size_t cap)
{
    struct looks looks = {false, false};
    struct pt_run run = {.start = 0};
    int ends[2], kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    is_failed = false;
    calls_left = call;
    int status = dashboard_run(NULL, &run, open_nothing, &looks);
    calls_left = -1;
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t n = read(ends[0], said, cap - 1);
    said[n > 0 ? n : 0] = '\0';
    close(ends[0]);
    return status;
}

static void a_page_without_memory_ends_it(void **state)
{
    (void)state;
    char said[400];
    for (size_t page = 0; page < page_table.n; page++) {
        int status = run_without(1 + (long)page, said, sizeof said);
        assert_true(is_failed);
        assert_int_equal(status, pt_code_exit(PT_ENOMEM));
        assert_string_equal(said, "pintop: dashboard: out of memory\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_without_memory_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
