/* Waiting within a fix: what ends it, and with which keys it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "aws_room.h"
#include "base/clock.h"
#include "doctor/wait.h"
#include "login/keyring.h"

static const struct check_row row = {.id = "mskconnect.connector"};
static int n_looks, n_waits;

static pt_code wait_none(void *arg, int64_t ms)
{
    (void)arg;
    assert_true(ms > 0);
    n_waits++;
    return PT_OK;
}

/* The first two get no answer, the fourth sees that it is over. */
static pt_code look(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    (void)arg;
    n_looks++;
    assert_string_equal(check->keys->id, "AKIAROOM"); /* not those of the beginning */
    if (n_looks <= 2)
        return pt_error_set(err, PT_ETIMEOUT, NULL, "no answer");
    *is_over = n_looks == 4;
    return PT_OK;
}

static pt_code look_late(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    (void)arg;
    (void)is_over;
    n_looks++;
    check->deadline_us = clock_mono_us() - 1;
    return pt_error_set(err, PT_ETIMEOUT, NULL, "no answer");
}

static pt_code look_in_vain(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    look_late(check, arg, is_over, err);
    return pt_error_set(err, PT_EUNREACHABLE, NULL, "no route");
}

/* The way to AWS breaks now and then, and AWS is busy. */
static pt_code look_badly(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    static const pt_code codes[] = {PT_EUNREACHABLE, PT_EIO, PT_ETHROTTLED, PT_ESERVER};
    (void)check;
    (void)arg;
    *is_over = (size_t)n_looks == sizeof codes / sizeof *codes;
    return *is_over ? n_looks++, PT_OK : pt_error_set(err, codes[n_looks++], NULL, "not now");
}

static pt_code look_denied(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    (void)check;
    (void)arg;
    (void)is_over;
    n_looks++;
    return pt_error_set(err, PT_EAUTH, NULL, "denied");
}

static void only_the_fixs_own_time_ends_the_wait(void **state)
{
    (void)state;
    static const struct {
        pt_code (*look)(struct check *, void *, bool *, struct pt_error *);
        pt_code code;
        bool is_over;
        int looks;
    } rows[] = {
        {look,         PT_OK,           true,  4},
        {look_badly,   PT_OK,           true,  5},
        {look_in_vain, PT_EUNREACHABLE, false, 1},
        {look_late,    PT_OK,           false, 1},
        {look_denied,  PT_EAUTH,        false, 1},
    };
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(NULL));
    struct aws_setup setup;
    struct keyring ring;
    struct aws_keys old = {0};
    assert_int_equal(aws_setup_init(&setup, cfg, NULL), PT_OK);
    assert_true(aws_keys_set(&old, "AKIAOLD", "old", NULL));
    keyring_init(&ring);
    setup.client.net.wait = wait_none;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct check check = {.row = &row,
                              .cfg = cfg,
                              .client = &setup.client,
                              .keys = &old,
                              .keyring = &ring,
                              .setup = &setup,
                              .deadline_us = clock_mono_us() + INT64_C(600000000)};
        struct pt_error err;
        bool is_over;
        n_looks = n_waits = 0;
        assert_int_equal(fix_wait(&check, rows[i].look, NULL, 1000, &is_over, &err), rows[i].code);
        assert_int_equal(is_over, rows[i].is_over);
        assert_int_equal(n_looks, rows[i].looks);
        assert_int_equal(n_waits, rows[i].looks - 1);
        assert_ptr_equal(check.keys, &old);
    }
    aws_keys_done(&old);
    keyring_done(&ring);
    aws_setup_done(&setup);
    pt_config_free(cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_fixs_own_time_ends_the_wait, aws_room_open,
                                        aws_room_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
