/* `x`: the incident file of what is on the screen, written without the screen waiting for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "session.h"
#include "ui/incident_job.h"

/* ---- a disk that hangs, as long as the lock is held ---- */

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

/* In the place of the library's, which every file that is written passes. */
int fsync(int fd)
{
    (void)fd;
    pthread_mutex_lock(&disk);
    pthread_mutex_unlock(&disk);
    return 0;
}

static atomic_bool is_made_by_ui;
static pthread_t ui_thread;

/* In the place of curl's, which is a part of the file. */
char *curl_version(void)
{
    static char text[] = "libcurl";
    is_made_by_ui = is_made_by_ui || pthread_equal(pthread_self(), ui_thread);
    return text;
}

static struct pt_config *cfg;
static char was[4096]; /* the working directory */

static const struct pt_config *fake_config(void *arg)
{
    (void)arg;
    return cfg;
}

static int setup_incident(void **state)
{
    const struct pt_config_args args = {0};
    if (scratch_make(state) != 0 || setup(state) != 0 || getcwd(was, sizeof was) == NULL ||
        chdir(scratch_dir) != 0 || pt_config_load(&args, &cfg, NULL) != PT_OK)
        return -1;
    ui.host.config = fake_config;
    ui_thread = pthread_self();
    fixture.snap.section.refs = 1; /* it is never freed */
    return 0;
}

static int teardown_incident(void **state)
{
    int rc = chdir(was);
    pt_config_free(cfg);
    return teardown(state) + scratch_remove(state) + rc;
}

#define INCIDENT_TEST(f) cmocka_unit_test_setup_teardown(f, setup_incident, teardown_incident)

/* Until the thread has written it. */
static void wait_written(void)
{
    for (int i = 0; i < 10000 && ui.incident != NULL; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    }
    assert_null(ui.incident);
}

static void the_file_has_the_screen(void **state)
{
    (void)state;
    press("3x");
    wait_written();
    assert_true(is_shown("wrote pintop-incident-20261123T031238Z.tar where pintop was started"));
    char *tar = NULL;
    size_t len = 0;
    assert_int_equal(file_read("pintop-incident-20261123T031238Z.tar", 1 << 20, &tar, &len, NULL),
                     PT_OK);
    assert_non_null(memmem(tar, len, " 3 Connector  ", 14)); /* the title of the page */
    assert_non_null(memmem(tar, len, "libcurl", 7));
    assert_false(is_made_by_ui);
    free(tar);
}

/* A colleague reads it, who may be in another zone. */
static void the_file_has_its_times_in_utc(void **state)
{
    (void)state;
    char *tar = NULL;
    size_t len = 0;
    setenv("TZ", "NPT-5:45", 1);
    tzset();
    press("t");
    assert_true(is_shown("08:57 NPT"));
    press("x");
    wait_written();
    assert_true(is_shown("08:57 NPT")); /* the screen is as it was */
    press("t");
    assert_int_equal(file_read("pintop-incident-20261123T031238Z.tar", 1 << 20, &tar, &len, NULL),
                     PT_OK);
    assert_non_null(memmem(tar, len, "03:12Z ", 7));
    assert_null(memmem(tar, len, "08:57", 5));
    free(tar);
}

static void a_second_one_of_that_time_is_refused(void **state)
{
    (void)state;
    press("x");
    wait_written();
    press("x");
    wait_written();
    assert_true(is_shown("No incident file"));
    assert_true(is_shown("is there already"));
}

static void leaving_waits_for_it(void **state)
{
    (void)state;
    press("x");
    ui_done(&ui);
    assert_null(ui.incident);
    assert_int_equal(access("pintop-incident-20261123T031238Z.tar", R_OK), 0);
}

/* And says so; what the job holds is freed when the disk goes on. */
static void a_disk_that_hangs_is_not_waited_for(void **state)
{
    const struct incident_parts parts = {.snap = &fixture.snap,
                                         .screen = strdup("the screen\n"),
                                         .config = strdup("a=b\n"),
                                         .now_ms = FIXTURE_NOW_MS};
    struct incident_job *job = NULL;
    struct pt_error err = {0};
    int refs = fixture.snap.section.refs;
    (void)state;
    pthread_mutex_lock(&disk);
    assert_int_equal(incident_job_start("a.tar", &parts, &job, &err), PT_OK);
    alarm(20);
    assert_int_equal(incident_job_end(job, 50, &err), PT_ETIMEOUT);
    alarm(0);
    assert_string_equal(err.what, "incident file: a.tar was not written within 0.05 s");
    pthread_mutex_unlock(&disk);
    for (int i = 0;
         i < 20000 && __atomic_load_n(&fixture.snap.section.refs, __ATOMIC_ACQUIRE) > refs; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(fixture.snap.section.refs, refs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        INCIDENT_TEST(the_file_has_the_screen),
        INCIDENT_TEST(the_file_has_its_times_in_utc),
        INCIDENT_TEST(a_second_one_of_that_time_is_refused),
        INCIDENT_TEST(leaving_waits_for_it),
        INCIDENT_TEST(a_disk_that_hangs_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
