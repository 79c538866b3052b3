/* The audit of shards: several accounts of one topic are joined, those of other hosts are assumed
 * or left out, and which is said. */
#include "audit.h"

static struct shard shard_of(uint32_t i, uint32_t n)
{
    return (struct shard){i, n};
}

/* Each shard has come to an index of its own: 1 of 3 to 9, 2 of 3 to 4, 3 of 3 to 8. */
static void shards_are_joined(void **state)
{
    (void)state;
    put_shard("demo.pin", shard_of(1, 3), 0, 9);
    put_shard("demo.pin", shard_of(2, 3), 1, 4);
    put_shard("demo.pin", shard_of(3, 3), 2, 8);
    put_object("demo.pin", 0, "0 3 6 1 2 5 7 5 99999999999");
    const struct pt_audit_stream *pin = look_at_pin(&whole);
    assert_int_equal(pin->present, 6);
    assert_int_equal(pin->missing, 0);
    assert_int_equal(pin->doubled, 1);
    assert_int_equal(pin->beyond, 1); /* 7 is behind where shard 2 had come to */
    assert_int_equal(pin->foreign, 1);
    assert_int_equal(pin->elsewhere, 0);
    assert_int_equal(pin->shards, 3);
    assert_int_equal(pin->shards_found, 3);
    assert_int_equal(pin->shards_assumed, 0);
    assert_int_equal(pin->first_index, 0);
    assert_int_equal(pin->last_index, 6); /* 8 is of the third, which has come to 5 */
    assert_string_equal(pin->shards_note, "shards 1 to 3 of 3 have checkpoints here");
}

/* One of them lost a record, and what it lost is named alone. */
static void a_gap_of_one_shard_is_found(void **state)
{
    (void)state;
    put_shard("demo.pin", shard_of(1, 2), 0, 10);
    put_shard("demo.pin", shard_of(2, 2), 1, 11);
    put_object("demo.pin", 0, "0 2 6 8 1 3 5 7 9");
    const struct pt_audit_stream *pin = look_at_pin(&whole);
    assert_int_equal(pin->present, 9);
    assert_int_equal(pin->missing, 1);
    assert_int_equal(pin->n_ranges, 1);
    assert_int_equal(pin->ranges[0][0], 4);
    assert_int_equal(pin->ranges[0][1], 4);
}

/* Of a shard without a checkpoint here nothing is claimed, and that is said. */
static void a_shard_elsewhere_is_not_checked(void **state)
{
    struct pt_audit_opts opts = whole;
    (void)state;
    put_shard("demo.pin", shard_of(2, 4), 1, 9);
    put_object("demo.pin", 0, "0 4 1 5 2");
    const struct pt_audit_stream *pin = look_at_pin(&whole);
    assert_int_equal(pin->present, 2);
    assert_int_equal(pin->missing, 0);
    assert_int_equal(pin->elsewhere, 3);
    assert_string_equal(pin->shards_note, "shard 2 of 4 has a checkpoint here; shards 1, 3, 4 have "
                                          "none and were not checked");
    opts.shards = 4;
    pin = look_at_pin(&opts);
    assert_int_equal(pin->present, 5);
    assert_int_equal(pin->missing, 3); /* 3, 6 and 7 */
    assert_int_equal(pin->shards_assumed, 3);
    assert_string_equal(pin->shards_note, "shard 2 of 4 has a checkpoint here; shards 1, 3, 4 are "
                                          "assumed to have begun and ended within 4 indexes of the "
                                          "others");
    opts.until = 7;
    pin = look_at_pin(&opts);
    assert_int_equal(pin->missing, 3);
    assert_string_equal(pin->shards_note, "shard 2 of 4 has a checkpoint here; shards 1, 3, 4 are "
                                          "assumed to have made every index of the range");
}

/* What shards of other hosts had written before the one of this host began is read, too; but what
 * lies before its account is not this account's. */
static void a_shard_elsewhere_may_have_begun_earlier(void **state)
{
    struct pt_audit_opts opts = whole;
    (void)state;
    opts.shards = 2;
    put_object("demo.pin", 0, "1 3 5 7 2 9");
    start_offset = 6;
    put_shard("demo.pin", shard_of(1, 2), 0, 10);
    put_object("demo.pin", 6, "0 4 6 8");
    const struct pt_audit_stream *pin = look_at_pin(&opts);
    assert_int_equal(pin->present, 9);
    assert_int_equal(pin->missing, 1); /* 2: the one at offset 4 is older than the account */
    assert_int_equal(pin->ranges[0][0], 2);
    assert_int_equal(pin->foreign, 0);
    assert_int_equal(pin->doubled, 0);
    assert_int_equal(pin->last_index, 9);
    /* Without the number nothing is claimed of the other, and its records before are not read. */
    pin = look_at_pin(&whole);
    assert_int_equal(pin->present, 4);
    assert_int_equal(pin->missing, 1);
    assert_int_equal(pin->elsewhere, 0);
}

/* Four shards of three records each, from whatever index: nothing is lost, so nothing is missing
 * and nothing foreign, whichever of them has its checkpoint here; a loss in the middle is found. */
static void any_first_index_is_joined(uint64_t first, uint32_t i, bool has_gap)
{
    enum { N = 4, EACH = 3 };
    struct pt_audit_opts opts = whole;
    char keys[256] = "";
    uint64_t own = shard_first(shard_of(i, N), first);
    opts.shards = N;
    for (uint64_t at = first; at < first + N * EACH; at++)
        if (!has_gap || at < first + N || at >= first + N + N)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%llu ",
                     (unsigned long long)at);
    put_shard("demo.pin", shard_of(i, N), own, own + N * EACH);
    memset(&manifest, 0, sizeof manifest);
    put_object("demo.pin", 0, keys);
    const struct pt_audit_stream *pin = look_at_pin(&opts);
    int64_t lost = has_gap ? N : 0;
    if (pin->present != N * EACH - lost || pin->missing != lost || pin->foreign || pin->beyond ||
        pin->doubled || pin->shards_assumed != N - 1)
        fail_msg("shard %u from %llu: present %lld missing %lld foreign %lld beyond %lld", i,
                 (unsigned long long)first, (long long)pin->present, (long long)pin->missing,
                 (long long)pin->foreign, (long long)pin->beyond);
}

static void any_first_index(void **state)
{
    static const uint64_t firsts[] = {0, 1, 2, 3, 4, 5, 100002, 100003, 100004, 100005};
    for (size_t k = 0; k < sizeof firsts / sizeof *firsts; k++)
        for (uint32_t i = 1; i <= 4; i++)
            for (int has_gap = 0; has_gap < 2; has_gap++) {
                any_first_index_is_joined(firsts[k], i, has_gap);
                audit_close(state);
                assert_int_equal(audit_open(state), 0);
            }
}

/* Without an account they may be anybody's, and so they are where accounts are assumed. */
static void what_has_expired_explains_nothing_that_is_assumed(void **state)
{
    struct pt_audit_opts opts = whole;
    (void)state;
    opts.shards = 2;
    put_shard("demo.pin", shard_of(1, 2), 0, 8);
    put_object("demo.pin", 3, "0 1 2 3 4 6 7");
    struct manifest_partition *part = manifest_partition(&manifest, "demo.pin", 0);
    part->first_offset = 3;
    part->expired_records = 3;
    assert_int_equal(manifest_save(scratch_path("sink"), &manifest, &err), PT_OK);
    const struct pt_audit_stream *pin = look_at_pin(&opts);
    assert_int_equal(pin->missing, 1);
    assert_int_equal(pin->expired, 0);
    assert_non_null(strstr(pin->shards_note, "3 records have expired"));
}

/* On a host where no shard ran the range is named. */
static void a_range_without_an_account_is_audited(void **state)
{
    struct pt_audit_opts opts = whole;
    (void)state;
    put_object("demo.pin", 0, "0 1 2 4");
    assert_int_equal(look(&opts), PT_EDATA);
    assert_non_null(strstr(err.fix, "--until"));
    opts.until = 5;
    opts.streams = PT_STREAM_BIT(PT_PIN);
    const struct pt_audit_stream *pin = look_at_pin(&opts);
    assert_int_equal(pin->present, 4);
    assert_int_equal(pin->missing, 2);
    assert_int_equal(pin->shards_found, 0);
    assert_non_null(strstr(pin->shards_note, "there is no checkpoint in "));
}

static void a_wrong_number_of_shards_is_refused(void **state)
{
    struct pt_audit_opts opts = whole;
    (void)state;
    put_shard("demo.pin", shard_of(2, 4), 1, 9);
    opts.shards = 3;
    assert_int_equal(look(&opts), PT_EDATA);
    assert_non_null(strstr(err.what, "2/4"));
    assert_non_null(strstr(err.what, "3, was asked for"));
    assert_non_null(strstr(err.fix, "Leave --shards out"));
    put_shard("demo.pin", SHARD_WHOLE, 0, 9);
    assert_int_equal(look(&whole), PT_EDATA);
    assert_non_null(strstr(err.fix, "--shards N"));
    /* What it advises helps. */
    put_object("demo.pin", 0, "0 1 2 3 4 5 6 7 8");
    opts.shards = 1;
    const struct pt_audit_stream *pin = look_at_pin(&opts);
    assert_int_equal(pin->present, 9);
    assert_int_equal(pin->missing, 0);
    opts.shards = 4;
    pin = look_at_pin(&opts);
    assert_int_equal(pin->shards_found, 1);
    assert_non_null(strstr(pin->shards_note, "another number of shards, 1, are left out"));
}

/* The number that the configuration has is not one that was asked for. */
static void a_wrong_shard_of_the_configuration_is_refused(void **state)
{
    char dir[128];
    const char *settings[] = {"bootstrap.servers=embedded", "pintop.user.id=demo",
                              "pintop.stream.shard=1/3", dir};
    const struct pt_config_args args = {.settings = settings, .n_settings = 4};
    struct pt_audit_opts opts = whole;
    (void)state;
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_dir);
    put_shard("demo.pin", shard_of(2, 4), 1, 9);
    pt_config_free(cfg);
    assert_int_equal(pt_config_load(&args, &cfg, &err), PT_OK);
    assert_int_equal(look(&whole), PT_EDATA);
    assert_non_null(strstr(err.what, "2/4, and pintop.stream.shard is 1/3"));
    assert_null(strstr(err.fix, "Leave --shards out"));
    opts.shards = 4; /* as the fix says */
    assert_int_not_equal(look(&opts), PT_EDATA);
}

/* Its account is not simply passed over. */
static void a_damaged_account_is_not_passed_over(void **state)
{
    (void)state;
    put_shard("demo.pin", shard_of(2, 4), 1, 9);
    scratch_put("accounts/embedded+demo.pin.json", "{");
    assert_int_equal(look(&whole), PT_EDATA);
    assert_non_null(strstr(err.what, "embedded+demo.pin.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(shards_are_joined),
        IN_DIR(a_gap_of_one_shard_is_found),
        IN_DIR(a_shard_elsewhere_is_not_checked),
        IN_DIR(a_shard_elsewhere_may_have_begun_earlier),
        IN_DIR(any_first_index),
        IN_DIR(what_has_expired_explains_nothing_that_is_assumed),
        IN_DIR(a_range_without_an_account_is_audited),
        IN_DIR(a_wrong_number_of_shards_is_refused),
        IN_DIR(a_wrong_shard_of_the_configuration_is_refused),
        IN_DIR(a_damaged_account_is_not_passed_over),
    };
    return cmocka_run_group_tests_name("audit shards", tests, NULL, NULL);
}
