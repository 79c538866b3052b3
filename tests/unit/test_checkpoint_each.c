/* Finding the accounts of a topic, whatever their shard: those that cannot be read are told, those
 * of other topics are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "pintop/snapshot.h"
#include "scratch.h"
#include "state/checkpoint.h"

static void put_checkpoint(const char *cluster, const char *topic, struct shard shard,
                           const char *ending)
{
    char path[PATH_MAX + 8];
    static struct checkpoint made;
    struct checkpoint *cp = &made;
    *cp = (struct checkpoint){.source = "synthetic", .next_index = 4, .taken_index = 4};
    snprintf(cp->cluster_id, sizeof cp->cluster_id, "%s", cluster);
    snprintf(cp->topic, sizeof cp->topic, "%s", topic);
    shard_format(shard, cp->shard);
    char *text = checkpoint_format(cp);
    checkpoint_path(scratch_dir, cluster, topic, shard, path, PATH_MAX);
    snprintf(path + strlen(path), 8, "%s", ending);
    assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), PT_OK);
    free(text);
}

static bool found_shard(void *arg, const char *path, const struct checkpoint *cp,
                        const struct pt_error *why)
{
    if (cp == NULL) { /* bit 10: one that cannot be read */
        assert_int_equal(why->code, PT_EDATA);
        assert_non_null(strstr(why->what, path));
        *(unsigned *)arg |= 1u << 10;
        return true;
    }
    assert_non_null(strstr(path, ".json"));
    assert_string_equal(cp->topic, "t");
    *(unsigned *)arg |= 1u << checkpoint_shard(cp).i;
    return checkpoint_shard(cp).i != 9;
}

static bool found_any(void *arg, const char *path, const struct checkpoint *cp,
                      const struct pt_error *why)
{
    (void)path, (void)why;
    assert_non_null(cp);
    *(unsigned *)arg |= 1u << checkpoint_shard(cp).i;
    return true;
}

static void each_shard_of_a_topic_is_found(void **state)
{
    unsigned found = 0;
    (void)state;
    assert_int_equal(checkpoint_each(scratch_dir, "c", "t", found_shard, &found, NULL), PT_OK);
    assert_int_equal(found, 0); /* without a directory, too */
    assert_int_equal(file_make_dirs(scratch_path("accounts"), 0700, NULL), PT_OK);
    put_checkpoint("c", "t", (struct shard){2, 4}, "");
    put_checkpoint("c", "t", (struct shard){4, 4}, "");
    put_checkpoint("c", "t", (struct shard){3, 4}, ".old");
    put_checkpoint("c", "tt", (struct shard){1, 4}, "");
    put_checkpoint("d", "t", (struct shard){1, 4}, "");
    scratch_put("accounts/c+t+1of4.json", "{");
    assert_int_equal(checkpoint_each(scratch_dir, "c", "t", found_shard, &found, NULL), PT_OK);
    assert_int_equal(found, 1u << 2 | 1u << 4 | 1u << 10);
    /* Damage elsewhere is another topic's. */
    assert_int_equal(unlink(scratch_path("accounts/c+t+1of4.json")), 0);
    scratch_put("accounts/c+tt.json", "{");
    scratch_put("accounts/c+t.x.json", "{");
    found = 0;
    assert_int_equal(checkpoint_each(scratch_dir, "c", "t", found_shard, &found, NULL), PT_OK);
    assert_int_equal(found, 1u << 2 | 1u << 4);
}

/* Of a name that was shortened only its beginning tells whose it is. */
static void shards_of_a_topic_with_a_long_name_are_found(void **state)
{
    unsigned found = 0;
    char topic[PT_TOPIC_MAX];
    (void)state;
    memset(topic, 't', sizeof topic);
    topic[sizeof topic - 1] = '\0';
    assert_int_equal(file_make_dirs(scratch_path("accounts"), 0700, NULL), PT_OK);
    put_checkpoint("c", topic, (struct shard){2, 4}, "");
    put_checkpoint("c", topic, (struct shard){4, 4}, "");
    topic[sizeof topic - 2] = 'u';
    put_checkpoint("c", topic, (struct shard){1, 4}, "");
    topic[sizeof topic - 2] = 't';
    assert_int_equal(checkpoint_each(scratch_dir, "c", topic, found_any, &found, NULL), PT_OK);
    assert_int_equal(found, 1u << 2 | 1u << 4);
}

static bool is_named(const char *topic, struct shard shard, uint32_t n)
{
    char path[PATH_MAX];
    checkpoint_path(scratch_dir, "c", topic, shard, path, sizeof path);
    return checkpoint_is_named(path, scratch_dir, "c", topic, n);
}

static void the_name_tells_of_which_number_it_is(void **state)
{
    char topic[PT_TOPIC_MAX];
    (void)state;
    memset(topic, 't', sizeof topic);
    topic[sizeof topic - 1] = '\0';
    const char *const names[] = {"t", topic}; /* of the second one the name has a hash */
    for (size_t i = 0; i < 2; i++) {
        assert_true(is_named(names[i], (struct shard){4, 4}, 4));
        assert_false(is_named(names[i], (struct shard){4, 4}, 5));
        assert_false(is_named(names[i], (struct shard){1, 2}, 1));
        assert_false(is_named(names[i], SHARD_WHOLE, 2));
        assert_true(is_named(names[i], SHARD_WHOLE, 1));
    }
}

#define IN_ACCOUNTS(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ACCOUNTS(each_shard_of_a_topic_is_found),
        IN_ACCOUNTS(the_name_tells_of_which_number_it_is),
        IN_ACCOUNTS(shards_of_a_topic_with_a_long_name_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
