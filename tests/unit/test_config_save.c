/* Contexts saved and loaded again: what people wrote in a file stays, and no secret is written. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "pintop/config.h"
#include "scratch.h"

/* ---- rates ---- */

static void test_rates_as_text(void **state)
{
    static const struct {
        const char *text, *back;
        double per_s;
    } rows[] = {
        {"10",       "10",       10              },
        {"0.5",      "0.5",      0.5             },
        {"0.1",      "0.1",      0.1             },
        {"1.250",    "1.25",     1.25            },
        {"100000",   "100000",   1e5             },
        {"10k",      "10000",    10000           },
        {"1.5M",     "1500000",  1.5e6           },
        {"max",      "max",      PT_RATE_MAX     },
        {"original", "original", PT_RATE_ORIGINAL},
    };
    static const char *const bad[] = {
        "",   "0",    "0.09", "-1", "1e3", "inf", "nan",   " 1",
        "1 ", "0x1",  ".5",   "5.", "1,5", "MAX", "1.2.3", "9999999999999999999999",
        "k",  "10kk", "10x",  "1 k"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double per_s = 0;
        char text[32];
        assert_int_equal(pt_rate_parse(rows[i].text, &per_s, NULL), PT_OK);
        assert_true(per_s == rows[i].per_s);
        pt_rate_format(per_s, text, sizeof text);
        assert_string_equal(text, rows[i].back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double per_s;
        struct pt_error err;
        if (pt_rate_parse(bad[i], &per_s, &err) != PT_ECONFIG)
            fail_msg("\"%s\" is accepted", bad[i]);
        assert_non_null(strstr(err.what, "not a rate"));
    }
    char small[4];
    pt_rate_format(123456, small, sizeof small);
    assert_string_equal(small, "123");
    char text[32];
    pt_rate_format(12.3456, text, sizeof text);
    assert_string_equal(text, "12.346");
    pt_rate_format(NAN, text, sizeof text);
    assert_string_equal(text, "–");
}

/* ---- saving ---- */

static char *read_text(const char *path)
{
    static char text[8192];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    (void)fclose(file);
    return text;
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void test_what_is_saved_is_loaded_again(void **state)
{
    char path[256];
    struct pt_error err;
    (void)state;
    setenv("XDG_CONFIG_HOME", scratch_path("new/config"), 1);
    setenv("PINTOP_USER_ID", "u1", 1);
    struct pt_config *cfg =
        load(NULL, NULL,
             X("bootstrap.servers=a:1,b:2", "security.protocol=SASL_SSL", "sasl.mechanism=PLAIN",
               "sasl.username= odd \\ name", ("sasl.password=" SECRET), "pintop.stream.seed=100",
               "pintop.stream.rate=0.5", "pintop.topics.prefix=", "pintop.topics=u1\\..*|x",
               "pintop.stream.source=/dir with blanks/h\xc3\xa9", "pintop.stream.stop.after=60"));
    unsetenv("PINTOP_USER_ID");
    mode_t mask = umask(0);
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    umask(mask);
    assert_string_equal(path, scratch_path("new/config/pintop/work.properties"));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(scratch_path("new/config/pintop")), 0700);
    assert_int_equal(mode_of(scratch_path("new")), 0700);
    const char *text = read_text(path);
    assert_null(strstr(text, SECRET));
    assert_non_null(strstr(text, "# secret, not written here: sasl.password\n"));
    assert_null(strstr(text, "pintop.stream.seed")); /* it has its default value */
    assert_null(strstr(text, "pintop.stream.pin.rate"));
    struct pt_config *again = load("work", NULL, NULL);
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property was = pt_config_at(cfg, i);
        if (was.is_secret)
            continue;
        const struct pt_property *is = property(again, was.name);
        assert_non_null(is);
        assert_int_equal(is->is_kafka, was.is_kafka);
        if (was.value)
            assert_string_equal(is->value, was.value);
        else
            assert_null(is->value);
    }
    assert_int_equal(pt_config_count(again), pt_config_count(cfg) - 1);
    pt_config_free(again);
    pt_config_free(cfg);
}

static void test_saving_keeps_what_was_there(void **state)
{
    char path[256];
    (void)state;
    write_file(".config/pintop/default.properties", "sasl.password=" SECRET "\n");
    struct pt_config *cfg = load(NULL, NULL, X("pintop.stream.seed=7"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pt_config_save(cfg, "other", path, sizeof path, NULL), PT_OK);
        assert_non_null(strstr(read_text(path), "pintop.stream.seed=7\n"));
    }
    assert_int_equal(pt_config_save(cfg, "default", path, sizeof path, NULL), PT_OK);
    assert_memory_equal(read_text(path), "sasl.password=" SECRET "\n# added by pintop, ",
                        strlen("sasl.password=" SECRET "\n# added by pintop, "));
    assert_non_null(strstr(read_text(path), "Z\npintop.stream.seed=7\n"));
    assert_string_equal(read_text(scratch_path(".config/pintop/default.properties.old")),
                        "sasl.password=" SECRET "\n");
    pt_config_free(cfg);
}

/* In a file that a person wrote, only the lines that must change do, whatever they look like. */
static void test_saving_edits_what_people_wrote(void **state)
{
    static const char written[] = "# ours; ask mara before you touch it\r\n"
                                  "\r\n"
                                  "bootstrap.servers : b-1:9096,\\\r\n"
                                  "    b-2:9096\r\n"
                                  "sasl.username=mara\r\n"
                                  "sasl.password=" SECRET "\r\n"
                                  "! what others read\r\n"
                                  "pintop.stream.rate   10\r\n"
                                  "  pintop.stream.seed=3\r\n"
                                  "acks=all";
    char path[256], *plan = NULL;
    struct pt_error err;
    (void)state;
    write_file(".config/pintop/work.properties", written);
    assert_int_equal(chmod(scratch_path(".config/pintop/work.properties"), 0640), 0);
    struct pt_config *cfg = load("work", NULL, NULL);
    /* Nothing differs: nothing is written, and no line is put into another form. */
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_string_equal(plan, "");
    free(plan);
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    assert_string_equal(read_text(path), written);
    assert_int_equal(access(scratch_path(".config/pintop/work.properties.old"), F_OK), -1);
    pt_config_free(cfg);

    cfg = load("work", NULL,
               X("pintop.stream.rate=200", "pintop.user.id=u7", "sasl.password=another",
                 "bootstrap.servers=b-1:9096,b-2:9096,b-3:9096"));
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_non_null(strstr(plan, "- pintop.stream.rate=10\n+ pintop.stream.rate=200\n"));
    assert_non_null(strstr(plan, "+ pintop.user.id=u7\n"));
    assert_non_null(strstr(plan, "sasl.password is a secret: it is not written"));
    assert_null(strstr(plan, SECRET));
    assert_null(strstr(plan, "another"));
    free(plan);
    assert_string_equal(read_text(path), written); /* a plan writes nothing */
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    static const char changed[] = "# ours; ask mara before you touch it\r\n"
                                  "\r\n"
                                  "bootstrap.servers=b-1:9096,b-2:9096,b-3:9096\r\n"
                                  "sasl.username=mara\r\n"
                                  "sasl.password=" SECRET "\r\n"
                                  "! what others read\r\n"
                                  "pintop.stream.rate=200\r\n"
                                  "  pintop.stream.seed=3\r\n"
                                  "acks=all\n"
                                  "# added by pintop, ";
    assert_memory_equal(read_text(path), changed, sizeof changed - 1);
    assert_non_null(strstr(read_text(path), "Z\npintop.user.id=u7\n"));
    assert_int_equal(mode_of(path), 0640);
    assert_string_equal(read_text(scratch_path(".config/pintop/work.properties.old")), written);
    pt_config_free(cfg);

    /* A second save keeps the backup of the first. */
    cfg = load("work", NULL, X("pintop.stream.rate=300"));
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    assert_non_null(strstr(read_text(path), "pintop.stream.rate=300\r\n"));
    assert_string_equal(read_text(scratch_path(".config/pintop/work.properties.old")), written);
    assert_non_null(strstr(read_text(scratch_path(".config/pintop/work.properties.old.2")),
                           "pintop.stream.rate=200"));
    assert_int_equal(pt_config_save_plan(cfg, "fresh", &plan, &err), PT_OK);
    assert_null(plan); /* no such file yet */
    pt_config_free(cfg);

    /* A value that goes back to its default is a change, too. */
    cfg = load("work", NULL, X("pintop.stream.rate=original"));
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_string_equal(plan, "- pintop.stream.rate=300\n+ pintop.stream.rate=original\n");
    free(plan);
    pt_config_free(cfg);
    static const char *const made[] = {"", ".old", ".old.2"};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, ".config/pintop/work.properties%s", made[i]);
        assert_int_equal(unlink(scratch_path(name)), 0);
    }
}

static void test_saving_that_fails_leaves_the_old_file(void **state)
{
    struct pt_error err;
    struct pt_config *cfg = load(NULL, NULL, X("pintop.stream.seed=7"));
    (void)state;
    assert_int_equal(pt_config_save(cfg, "../x", NULL, 0, &err), PT_ECONFIG);
    assert_int_equal(pt_config_save(cfg, "", NULL, 0, &err), PT_ECONFIG);
    /* A directory has the name of the file: it cannot be replaced, and no temporary file is
     * left. */
    write_file(".config/pintop/work.properties/x", "");
    assert_int_equal(pt_config_save(cfg, "work", NULL, 0, &err), PT_EIO);
    assert_non_null(strstr(err.what, "work.properties"));
    assert_true(err.fix[0] != 0);
    setenv("XDG_CONFIG_HOME", write_file("a-file", ""), 1);
    assert_int_equal(pt_config_save(cfg, "work", NULL, 0, &err), PT_EIO);
    assert_non_null(strstr(err.what, "create directory"));
    pt_config_free(cfg);
    unsetenv("XDG_CONFIG_HOME");
    assert_int_equal(remove(scratch_path(".config/pintop/work.properties/x")), 0);
    assert_int_equal(rmdir(scratch_path(".config/pintop/work.properties")), 0);
    assert_int_equal(rmdir(scratch_path(".config/pintop")), 0); /* no temporary file in it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rates_as_text),
        TEST(what_is_saved_is_loaded_again),
        TEST(saving_keeps_what_was_there),
        TEST(saving_edits_what_people_wrote),
        TEST(saving_that_fails_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
