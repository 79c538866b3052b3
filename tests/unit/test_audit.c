/* The audit of an account against the embedded sink's directory: what is missing, doubled, foreign,
 * expired or beyond the account, and what there is to say when there is nothing to read. */
#include "audit.h"

/* ---- what it finds ---- */

static void each_index_is_counted(void **state)
{
    (void)state;
    const struct pt_audit_stream *pin = &audit.streams[PT_PIN];
    put_account("demo.pin", 0, 10);
    put_object("demo.pin", 0, "0 1 2 3 3 -4");
    put_object("demo.pin", 6, "7 7 7 9 x 10 99999999");
    assert_int_equal(look(&whole), PT_OK);
    assert_true(audit.is_from_sink && pin->has_account);
    assert_string_equal(pin->name, "pin");
    assert_int_equal(pin->first_index, 0);
    assert_int_equal(pin->last_index, 9);
    assert_int_equal(pin->present, 7);
    assert_int_equal(pin->doubled, 2);
    assert_int_equal(pin->missing, 3);
    assert_int_equal(pin->beyond, 1);  /* 10: not acknowledged when the checkpoint was written */
    assert_int_equal(pin->foreign, 2); /* no index, and one that this account never had */
    assert_int_equal(pin->n_ranges, 2);
    assert_int_equal(pin->ranges[0][0], 5);
    assert_int_equal(pin->ranges[0][1], 6);
    assert_int_equal(pin->ranges[1][0], 8);
    assert_int_equal(pin->ranges[1][1], 8);
    assert_false(audit.streams[PT_GEO].has_account);
    assert_int_equal(audit.streams[PT_GEO].last_index, -1);
}

static void a_part_is_audited_alone(void **state)
{
    (void)state;
    const struct pt_audit_stream *geo = &audit.streams[PT_GEO];
    struct pt_audit_opts opts = whole;
    put_account("demo.geo", 100, 200);
    put_object("demo.geo", 0, "100 101 -103 104");
    opts.from_index = 101;
    opts.until = 104;
    assert_int_equal(look(&opts), PT_OK);
    assert_int_equal(geo->present, 3);
    assert_int_equal(geo->missing, 1);
    assert_int_equal(geo->foreign, 1); /* 100: below the part that is asked for */
    assert_int_equal(geo->beyond, 0);
    assert_int_equal(geo->ranges[0][0], 102);
    opts.from_index = 150;
    opts.until = 120; /* nothing */
    assert_int_equal(look(&opts), PT_OK);
    assert_int_equal(geo->missing, 0);
    assert_true(geo->last_index < geo->first_index);
}

static void a_damaged_object_s_records_are_missing(void **state)
{
    (void)state;
    const struct pt_audit_stream *pin = &audit.streams[PT_PIN];
    char below[MANIFEST_PATH_MAX], path[600];
    put_account("demo.pin", 0, 6);
    put_object("demo.pin", 0, "0 1 2");
    put_object("demo.pin", 3, "3 4 5");
    manifest_object_path(below, sizeof below, "demo.pin", 0, 3, ".json");
    snprintf(path, sizeof path, "sink/%s", below);
    scratch_put(path, "cut");
    assert_int_equal(look(&whole), PT_OK);
    assert_int_equal(pin->damaged_objects, 1);
    assert_non_null(strstr(pin->damage, "cannot trust"));
    assert_int_equal(pin->present, 3);
    assert_int_equal(pin->missing, 3);
}

/* What retention took is not known by index: the lowest of what was not seen counts as that. */
static void what_has_expired_is_not_missing(void **state)
{
    (void)state;
    const struct pt_audit_stream *pin = &audit.streams[PT_PIN];
    put_account("demo.pin", 0, 8);
    put_object("demo.pin", 3, "3 4 6 7");
    struct manifest_partition *part = manifest_partition(&manifest, "demo.pin", 0);
    part->first_offset = 3;
    part->expired_records = 3;
    assert_int_equal(manifest_save(scratch_path("sink"), &manifest, &err), PT_OK);
    assert_int_equal(look(&whole), PT_OK);
    assert_int_equal(pin->expired, 3);
    assert_int_equal(pin->missing, 1);
    assert_int_equal(pin->n_ranges, 1);
    assert_int_equal(pin->ranges[0][0], 5);
    assert_int_equal(pin->ranges[0][1], 5);
}

/* ---- when it is long, and when there is nothing ---- */

static bool count_and_stop(void *arg, const char *text)
{
    int *n = arg;
    assert_string_equal(text, "pin: 65536 records");
    return ++*n == 1;
}

static void an_audit_is_cancelled(void **state)
{
    (void)state;
    enum { RECORDS = 65536 };
    int n_told = 0;
    struct pt_audit_opts opts = whole;
    struct object *object = object_new("demo.pin", 0, 0, false);
    assert_non_null(object);
    for (int i = 0; i < RECORDS; i++)
        assert_true(object_append(object, "{\"index\":1}", 11, NULL, 0));
    assert_int_equal(object_store(scratch_path("sink"), &object, 1, &err), PT_OK);
    struct manifest_object entry = {
        .records = RECORDS, .bytes = (int64_t)object->values.len, .written_ms = 1};
    struct manifest_partition *part = manifest_partition(&manifest, "demo.pin", 0);
    assert_true(part != NULL && manifest_add(part, &entry));
    object_free(object);
    assert_int_equal(manifest_save(scratch_path("sink"), &manifest, &err), PT_OK);
    put_account("demo.pin", 0, 10);
    opts.progress = count_and_stop;
    opts.arg = &n_told;
    assert_int_equal(look(&opts), PT_ECANCELLED);
    assert_int_equal(n_told, 1);
}

static void what_cannot_be_audited_is_said(void **state)
{
    (void)state;
    struct pt_audit_opts opts = whole;
    assert_int_equal(look(&whole), PT_EDATA);
    assert_non_null(strstr(err.what, "no stream has an account"));
    opts.from = PT_AUDIT_TOPIC;
    assert_int_equal(look(&opts), PT_ENOTFOUND);
    assert_non_null(strstr(err.what, "only exists while pintop runs"));
    put_account("demo.user", 0, 1);
    scratch_put("accounts/embedded+demo.user.json", "no checkpoint");
    assert_int_equal(look(&whole), PT_EDATA);
    opts.streams = 0;
    assert_int_equal(look(&opts), PT_ENOTFOUND);
}

static void a_bucket_is_not_read(void **state)
{
    (void)state;
    const char *settings[] = {"pintop.user.id=demo", "bootstrap.servers=127.0.0.1:9"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 2};
    struct pt_audit_opts opts = whole;
    struct pt_config *other;
    opts.from = PT_AUDIT_SINK;
    assert_int_equal(pt_config_load(&args, &other, &err), PT_OK);
    pt_audit_done(&audit);
    assert_int_equal(pt_audit_run(other, &opts, &audit, &err), PT_EUNSUPPORTED);
    assert_non_null(strstr(err.fix, "--from topic"));
    pt_config_free(other);
}

/* ---- the topics that an embedded cluster had ---- */

static void topics_are_remembered_from_one_run_to_the_next(void **state)
{
    (void)state;
    struct remembered list;
    remembered_load(scratch_dir, &list);
    assert_int_equal(list.n, 0);
    assert_true(remembered_add(&list, "demo.one") && remembered_add(&list, "demo.two"));
    assert_true(remembered_add(&list, "demo.one")); /* known */
    assert_int_equal(list.n, 2);
    assert_int_equal(remembered_save(scratch_dir, &list, &err), PT_OK);
    remembered_done(&list);
    remembered_load(scratch_dir, &list);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.names[1], "demo.two");
    remembered_done(&list);
    /* A line that is no topic's name is passed over. */
    scratch_put("embedded-topics", "good\na/b\nfine\n");
    remembered_load(scratch_dir, &list);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.names[1], "fine");
    remembered_done(&list);
    remembered_load(scratch_path("no-such-folder"), &list);
    assert_int_equal(list.n, 0);
    assert_int_not_equal(remembered_save(scratch_path("no/such/folder"), &list, &err), PT_OK);
    remembered_done(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(each_index_is_counted),
        IN_DIR(a_part_is_audited_alone),
        IN_DIR(a_damaged_object_s_records_are_missing),
        IN_DIR(what_has_expired_is_not_missing),
        IN_DIR(an_audit_is_cancelled),
        IN_DIR(what_cannot_be_audited_is_said),
        IN_DIR(a_bucket_is_not_read),
        IN_DIR(topics_are_remembered_from_one_run_to_the_next),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
