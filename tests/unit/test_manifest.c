/* The sink's manifest and what the start of a sink removes: formats, damage, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "sink/leftover.h"
#include "sink/manifest.h"
#include "sink/object.h"

static void path_of(char *out, size_t cap, const char *below)
{
    snprintf(out, cap, "%s/%s", scratch_dir, below);
}

static bool exists(const char *below)
{
    char path[PATH_MAX];
    path_of(path, sizeof(path), below);
    return access(path, F_OK) == 0;
}

static void put_file(const char *below, const char *text)
{
    char path[PATH_MAX];
    path_of(path, sizeof(path), below);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static struct manifest_object entry(int64_t first, int64_t records)
{
    return (struct manifest_object){.first_offset = first,
                                    .records = records,
                                    .bytes = records * 10,
                                    .keys_bytes = records * 4,
                                    .written_ms = INT64_C(1790000000000) + first};
}

static void absent_is_empty(void **state)
{
    struct manifest manifest;
    (void)state;
    assert_int_equal(manifest_load(scratch_dir, &manifest, NULL), PT_OK);
    assert_true(manifest.is_absent);
    assert_int_equal(manifest.n_partitions, 0);
    manifest_done(&manifest);
}

static void comes_back_as_saved(void **state)
{
    struct manifest manifest = {0}, back;
    struct pt_error err;
    (void)state;
    struct manifest_partition *part = manifest_partition(&manifest, "demo.pin", 2);
    assert_true(manifest_add(part, &(struct manifest_object){0, 5, 50, 0, 7}));
    struct manifest_object object = entry(5, 1000);
    assert_true(manifest_add(part, &object));
    object = entry(2000, 3); /* after a gap */
    assert_true(manifest_add(part, &object));
    manifest_expire(part, 1);
    part->lost_records = 995;
    assert_non_null(manifest_partition(&manifest, "demo.geo", 0));
    assert_int_equal(manifest_save(scratch_dir, &manifest, &err), PT_OK);
    assert_false(exists("manifest.json.tmp"));

    assert_int_equal(manifest_load(scratch_dir, &back, &err), PT_OK);
    assert_false(back.is_absent);
    assert_int_equal(back.n_partitions, 2);
    part = manifest_find(&back, "demo.pin", 2);
    assert_non_null(part);
    assert_int_equal(part->next_offset, 2003);
    assert_int_equal(part->first_offset, 5);
    assert_int_equal(part->expired_records, 5);
    assert_int_equal(part->expired_objects, 1);
    assert_int_equal(part->lost_records, 995);
    assert_int_equal(part->n_objects, 2);
    assert_memory_equal(&part->objects[1], &object, sizeof(object));
    assert_ptr_equal(manifest_object(part, 2000), &part->objects[1]);
    assert_null(manifest_object(part, 2001));
    assert_null(manifest_object(part, 0));
    part = manifest_find(&back, "demo.geo", 0);
    assert_int_equal(part->next_offset, 0);
    assert_int_equal(part->n_objects, 0);
    assert_null(manifest_find(&back, "demo.geo", 1));
    manifest_done(&manifest);
    manifest_done(&back);
}

static void all_expired_keeps_counting(void **state)
{
    struct manifest manifest = {0};
    (void)state;
    struct manifest_partition *part = manifest_partition(&manifest, "t", 0);
    for (int64_t i = 0; i < 3; i++) {
        struct manifest_object object = entry(i * 10, 10);
        assert_true(manifest_add(part, &object));
    }
    manifest_expire(part, 3);
    assert_int_equal(part->first_offset, 30);
    assert_int_equal(part->next_offset, 30);
    assert_int_equal(part->expired_records, 30);
    manifest_done(&manifest);
}

#define PARTITION(topic, next, objects)                                                            \
    "{\"version\":1,\"partitions\":[{\"topic\":\"" topic                                           \
    "\",\"partition\":0,\"next_offset\":" next                                                     \
    ",\"first_offset\":0,\"expired_records\":0,\"expired_objects\":0,\"lost_records\":0,"          \
    "\"objects\":[" objects "]}]}"

static void damage_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "not json",
        "[]",
        "{\"version\":2,\"partitions\":[]}",
        "{\"version\":1}",
        "{\"version\":1,\"partitions\":[{}]}",
        PARTITION("../../etc", "0", ""),
        PARTITION("..", "0", ""),
        PARTITION("", "0", ""),
        PARTITION("t", "-1", ""),
        PARTITION("t", "1.5", ""),
        PARTITION("t", "1e300", ""),
        PARTITION("t", "\"1\"", ""),
        PARTITION("t", "9", "[0,10,100,0,1]"),
        PARTITION("t", "20", "[0,10,100,0,1],[9,1,10,0,1]"),
        PARTITION("t", "20", "[0,10,100,0]"),
        PARTITION("t", "20", "[0,10,100,0,1,2]"),
        PARTITION("t", "20", "[0,0,0,0,1]"),
        PARTITION("t", "20", "[0,10,9,0,1]"),
        PARTITION("t", "20", "7"),
        PARTITION("t", "20", "[0,10,100,0,1]") "x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct manifest manifest;
        struct pt_error err = {0};
        put_file("manifest.json", bad[i]);
        pt_code code = manifest_load(scratch_dir, &manifest, &err);
        if (code != PT_EDATA)
            print_error("accepted: %s\n", bad[i]);
        assert_int_equal(code, PT_EDATA);
        assert_int_equal(err.code, PT_EDATA);
        assert_true(err.what[0] != 0 && err.fix[0] != 0);
        assert_int_equal(manifest.n_partitions, 0);
    }
    struct manifest manifest;
    put_file("manifest.json", PARTITION("t", "20", "[0,10,100,0,1],[10,10,100,40,2]"));
    assert_int_equal(manifest_load(scratch_dir, &manifest, NULL), PT_OK);
    assert_int_equal(manifest.partitions[0].n_objects, 2);
    manifest_done(&manifest);
}

static void unwritable_is_an_error_and_keeps_the_old(void **state)
{
    struct manifest manifest = {0};
    struct pt_error err = {0};
    char path[PATH_MAX];
    (void)state;
    assert_int_equal(manifest_save(scratch_dir, &manifest, &err), PT_OK);
    /* A directory in place of the temporary file refuses root too. */
    path_of(path, sizeof(path), "manifest.json.tmp");
    assert_int_equal(mkdir(path, 0755), 0);
    assert_non_null(manifest_partition(&manifest, "t", 0));
    assert_int_equal(manifest_save(scratch_dir, &manifest, &err), PT_EIO);
    assert_non_null(strstr(err.what, "manifest.json"));
    manifest_done(&manifest);
    assert_int_equal(manifest_load(scratch_dir, &manifest, &err), PT_OK);
    assert_int_equal(manifest.n_partitions, 0);
    manifest_done(&manifest);
}

static void object_names(void **state)
{
    char path[MANIFEST_PATH_MAX];
    (void)state;
    manifest_object_path(path, sizeof(path), "demo.pin", 2, 42, ".json");
    assert_string_equal(path, "topics/demo.pin/partition=2/demo.pin+2+0000000042.json");
    manifest_object_path(path, sizeof(path), "demo.pin", 0, INT64_C(12345678901), ".keys.json");
    assert_string_equal(path, "topics/demo.pin/partition=0/demo.pin+0+12345678901.keys.json");
    assert_true(manifest_topic_is_valid("a-Z_0.9"));
    assert_false(manifest_topic_is_valid("a/b"));
    assert_false(manifest_topic_is_valid("a\nb"));
    assert_false(manifest_topic_is_valid("."));
    char name[MANIFEST_TOPIC_MAX + 2];
    memset(name, 'x', sizeof(name));
    name[MANIFEST_TOPIC_MAX + 1] = 0;
    assert_false(manifest_topic_is_valid(name));
    name[MANIFEST_TOPIC_MAX] = 0;
    assert_true(manifest_topic_is_valid(name));
}

/* Store an object of n records at first_offset. */
static void store(int64_t first_offset, int n, bool has_keys)
{
    struct pt_error err;
    struct object *object = object_new("t", 0, first_offset, has_keys);
    for (int i = 0; i < n; i++)
        assert_true(object_append(object, "{}", 2, "k", 1));
    pt_code code = object_store(scratch_dir, &object, 1, &err);
    if (code != PT_OK)
        print_error("%s\n", err.what);
    assert_int_equal(code, PT_OK);
    assert_true(object->is_stored);
    object_free(object);
}

static void leftovers_go_and_the_rest_stays(void **state)
{
    struct manifest manifest = {0};
    size_t removed;
    (void)state;
    store(0, 2, true);
    store(2, 1, false);
    store(3, 1, true);
    struct manifest_partition *part = manifest_partition(&manifest, "t", 0);
    assert_true(manifest_add(part, &(struct manifest_object){0, 2, 6, 8, 1}));
    put_file("topics/t/partition=0/.tmp-0000000009.json", "{}\n");
    put_file("manifest.json.tmp", "{");
    put_file("topics/t/partition=0/notes.json", "mine");
    put_file("topics/t/partition=0/t+0+3.json", "mine: not ten digits");
    put_file("topics/t/partition=0/t+1+0000000003.json", "mine: another partition");
    put_file("topics/t/partition=0/t+0+-000000001.json", "mine: a sign");

    assert_int_equal(leftover_remove(scratch_dir, &manifest, &removed, NULL), PT_OK);
    assert_int_equal(removed, 5);
    assert_true(exists("topics/t/partition=0/t+0+0000000000.json"));
    assert_true(exists("topics/t/partition=0/t+0+0000000000.keys.json"));
    assert_false(exists("topics/t/partition=0/t+0+0000000002.json"));
    assert_false(exists("topics/t/partition=0/t+0+0000000003.json"));
    assert_false(exists("topics/t/partition=0/t+0+0000000003.keys.json"));
    assert_false(exists("topics/t/partition=0/.tmp-0000000009.json"));
    assert_false(exists("manifest.json.tmp"));
    assert_true(exists("topics/t/partition=0/notes.json"));
    assert_true(exists("topics/t/partition=0/t+0+3.json"));
    assert_true(exists("topics/t/partition=0/t+1+0000000003.json"));
    assert_true(exists("topics/t/partition=0/t+0+-000000001.json"));
    manifest_done(&manifest);
}

static void a_lost_manifest_deletes_nothing(void **state)
{
    struct manifest manifest;
    struct pt_error err = {0};
    (void)state;
    store(0, 2, false);
    assert_int_equal(manifest_load(scratch_dir, &manifest, NULL), PT_OK);
    assert_int_equal(leftover_remove(scratch_dir, &manifest, NULL, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "manifest.json is missing"));
    assert_true(exists("topics/t/partition=0/t+0+0000000000.json"));
    manifest_done(&manifest);
}

static char *slurp(const char *below)
{
    char path[PATH_MAX], *bytes = NULL;
    path_of(path, sizeof(path), below);
    assert_int_equal(file_read(path, 1 << 20, &bytes, NULL, NULL), PT_OK);
    return bytes;
}

static void records_are_one_line_each(void **state)
{
    (void)state;
    struct object *object = object_new("t", 0, 0, true);
    assert_true(object_append(object, "{\"a\":1}", 7, "7", 1));
    assert_true(object_append(object, "a\nb\n", 4, "q\"\\\n\x01", 5));
    assert_true(object_append(object, NULL, 0, NULL, 0));
    assert_true(object_append(object, "x", 1, "\xff\xc3\xa9", 3));
    assert_int_equal(object->records, 4);
    assert_int_equal(object->flattened, 1);
    assert_int_equal(object_store(scratch_dir, &object, 1, NULL), PT_OK);
    object_free(object);
    char *values = slurp("topics/t/partition=0/t+0+0000000000.json");
    char *keys = slurp("topics/t/partition=0/t+0+0000000000.keys.json");
    assert_string_equal(values, "{\"a\":1}\na b \nnull\nx\n");
    assert_string_equal(keys,
                        "\"7\"\n\"q\\\"\\\\\\u000a\\u0001\"\nnull\n\"\xef\xbf\xbd\xc3\xa9\"\n");
    free(values);
    free(keys);
}

static void an_object_is_never_replaced(void **state)
{
    struct pt_error err = {0};
    (void)state;
    store(10, 1, false);
    put_file("topics/t/partition=0/t+0+0000000010.json", "first");
    struct object *objects[2] = {object_new("t", 0, 5, true), object_new("t", 0, 10, true)};
    for (int i = 0; i < 2; i++)
        assert_true(object_append(objects[i], "{}", 2, "k", 1));
    assert_int_equal(object_store(scratch_dir, objects, 2, &err), PT_EEXISTS);
    char *text = slurp("topics/t/partition=0/t+0+0000000010.json");
    assert_string_equal(text, "first");
    free(text);
    /* What the failed call had begun is gone, and it can be repeated. */
    assert_false(exists("topics/t/partition=0/t+0+0000000005.json"));
    assert_false(exists("topics/t/partition=0/t+0+0000000010.keys.json"));
    assert_false(exists("topics/t/partition=0/.tmp-0000000010.json"));
    char path[PATH_MAX];
    path_of(path, sizeof(path), "topics/t/partition=0/t+0+0000000010.json");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(object_store(scratch_dir, objects, 2, &err), PT_OK);
    assert_true(exists("topics/t/partition=0/t+0+0000000005.json"));
    object_remove(scratch_dir, "t", 0, 5);
    assert_false(exists("topics/t/partition=0/t+0+0000000005.json"));
    assert_false(exists("topics/t/partition=0/t+0+0000000005.keys.json"));
    for (int i = 0; i < 2; i++)
        object_free(objects[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(absent_is_empty, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(comes_back_as_saved, scratch_make, scratch_remove),
        cmocka_unit_test(all_expired_keeps_counting),
        cmocka_unit_test_setup_teardown(damage_is_refused, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(unwritable_is_an_error_and_keeps_the_old, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(object_names),
        cmocka_unit_test_setup_teardown(leftovers_go_and_the_rest_stays, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_lost_manifest_deletes_nothing, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(records_are_one_line_each, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(an_object_is_never_replaced, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
