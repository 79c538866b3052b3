/* The notes of created things: what a reader gets of them, whatever happened to the writers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "state/created.h"

static struct created_list list;

static struct created begun(enum created_kind kind, const char *name)
{
    struct created thing = {.kind = kind};
    struct pt_error err;
    snprintf(thing.name, sizeof thing.name, "%s", name);
    if (kind == CREATED_TOPIC)
        snprintf(thing.cluster, sizeof thing.cluster, "c");
    assert_int_equal(created_begin(scratch_dir, &thing, &err), PT_OK);
    return thing;
}

static struct created made(enum created_kind kind, const char *name, const char *ref)
{
    struct created thing = begun(kind, name);
    struct pt_error err;
    snprintf(thing.ref, sizeof thing.ref, "%s", ref);
    assert_int_equal(created_made(scratch_dir, &thing, &err), PT_OK);
    return thing;
}

static size_t read_notes(void)
{
    struct pt_error err;
    created_list_done(&list);
    if (created_read(scratch_dir, &list, &err) != PT_OK)
        fail_msg("%s. %s", err.what, err.fix);
    return list.n;
}

static int close_room(void **state)
{
    created_list_done(&list);
    return scratch_remove(state);
}

static void a_note_comes_back_as_it_was(void **state)
{
    (void)state;
    struct created thing = {.kind = CREATED_ZIP, .is_new = true};
    struct pt_error err;
    struct stat st;
    assert_int_equal(read_notes(), 0); /* no file yet */
    snprintf(thing.name, sizeof thing.name, "kafka-connect-s3/p \"1\"\n\\ä.zip");
    snprintf(thing.arn, sizeof thing.arn, "arn:x");
    snprintf(thing.region, sizeof thing.region, "eu-west-1");
    snprintf(thing.account, sizeof thing.account, "123456789012");
    snprintf(thing.cluster, sizeof thing.cluster, "cluster-id");
    snprintf(thing.user, sizeof thing.user, "0a1b");
    snprintf(thing.mark, sizeof thing.mark, "\"etag\"");
    snprintf(thing.ref, sizeof thing.ref, "0a1b-bucket");
    assert_int_equal(created_begin(scratch_dir, &thing, &err), PT_OK);
    assert_int_equal(read_notes(), 1);
    assert_false(list.items[0].is_made);
    assert_int_equal(created_made(scratch_dir, &thing, &err), PT_OK);
    assert_int_equal(read_notes(), 1);
    const struct created *got = &list.items[0];
    assert_true(got->is_made && got->is_new && got->kind == CREATED_ZIP);
    assert_string_equal(got->name, thing.name);
    assert_string_equal(got->arn, thing.arn);
    assert_string_equal(got->region, thing.region);
    assert_string_equal(got->account, thing.account);
    assert_string_equal(got->cluster, thing.cluster);
    assert_string_equal(got->user, thing.user);
    assert_string_equal(got->mark, thing.mark);
    assert_string_equal(got->ref, thing.ref);
    assert_int_equal(got->begun_ms / 60000, thing.begun_ms / 60000);
    assert_int_equal(created_strike(scratch_dir, thing.id, &err), PT_OK);
    assert_int_equal(read_notes(), 0);
    assert_int_equal(stat(scratch_path("created"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void of_one_name_the_last_one_made_counts(void **state)
{
    (void)state;
    struct pt_error err;
    made(CREATED_TOPIC, "a", "");
    struct created second = begun(CREATED_TOPIC, "a");
    assert_int_equal(read_notes(), 2); /* the second one may have been refused */
    created_strike(scratch_dir, second.id, &err);
    assert_int_equal(read_notes(), 1);
    made(CREATED_TOPIC, "a", "");
    made(CREATED_TOPIC, "b", "");
    made(CREATED_ZIP, "k", "bucket-1");
    made(CREATED_ZIP, "k", "bucket-2");
    assert_int_equal(read_notes(), 4);
    /* What keeps its old version is put back step by step. */
    made(CREATED_TRUST, "role", "/kept/1");
    made(CREATED_TRUST, "role", "/kept/2");
    made(CREATED_JAVA_FILE, "/f", "/f.old");
    made(CREATED_JAVA_FILE, "/f", "/f.old.2");
    assert_int_equal(read_notes(), 8);
    struct created a = {.kind = CREATED_TOPIC, .name = "a", .cluster = "c"};
    assert_int_equal(created_strike_named(scratch_dir, &a, &err), PT_OK);
    assert_int_equal(read_notes(), 7);
    struct created elsewhere = {.kind = CREATED_TOPIC, .name = "b", .cluster = "other"};
    assert_int_equal(created_strike_named(scratch_dir, &elsewhere, &err), PT_OK);
    struct created of_aws = {.kind = CREATED_TOPIC, .name = "b", .arn = "arn:1"};
    assert_int_equal(created_strike_named(scratch_dir, &of_aws, &err), PT_OK);
    assert_int_equal(read_notes(), 7);
}

static void topic_made(const char *cluster, const char *arn)
{
    struct created thing = {.kind = CREATED_TOPIC, .name = "t"};
    struct pt_error err;
    snprintf(thing.cluster, sizeof thing.cluster, "%s", cluster);
    snprintf(thing.arn, sizeof thing.arn, "%s", arn);
    assert_int_equal(created_begin(scratch_dir, &thing, &err), PT_OK);
    assert_int_equal(created_made(scratch_dir, &thing, &err), PT_OK);
}

/* What is not known of two clusters is not the same. */
static void topics_are_the_same_on_one_cluster(void **state)
{
    (void)state;
    struct pt_error err;
    topic_made("", "arn:1");
    topic_made("", "arn:2");
    topic_made("", "");
    topic_made("", "");
    assert_int_equal(read_notes(), 4);
    topic_made("c", "arn:1");
    assert_int_equal(read_notes(), 4);
    topic_made("c", "");
    assert_int_equal(read_notes(), 4);
    struct created nowhere = {.kind = CREATED_TOPIC, .name = "t"};
    assert_int_equal(created_strike_named(scratch_dir, &nowhere, &err), PT_OK);
    assert_int_equal(read_notes(), 4);
    struct created there = {.kind = CREATED_TOPIC, .name = "t", .cluster = "d", .arn = "arn:2"};
    assert_int_equal(created_strike_named(scratch_dir, &there, &err), PT_OK);
    assert_int_equal(read_notes(), 3);
}

/* Only an error that proves that nothing was made strikes the note. */
static void how_it_ended_decides_what_stays_noted(void **state)
{
    static const struct {
        pt_code code;
        size_t n;
        bool is_made;
    } rows[] = {
        {PT_OK,           1, true },
        {PT_EAUTH,        0, false},
        {PT_EEXISTS,      0, false},
        {PT_EREFUSED,     0, false},
        {PT_ETIMEOUT,     1, false},
        {PT_ESERVER,      1, false},
        {PT_EUNREACHABLE, 1, false},
        {PT_ETHROTTLED,   1, false},
        {PT_ECANCELLED,   1, false},
    };
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct created thing = begun(CREATED_PLUGIN, "p");
        assert_int_equal(created_end(scratch_dir, &thing, rows[i].code, &err), PT_OK);
        assert_int_equal(read_notes(), rows[i].n);
        if (rows[i].n > 0)
            assert_int_equal(list.items[0].is_made, rows[i].is_made);
        assert_int_equal(created_strike(scratch_dir, thing.id, &err), PT_OK);
    }
}

/* Cut at each byte of the last line: the lines before it count, and the next writer goes on. */
static void a_line_that_is_cut_off_is_not_written(void **state)
{
    (void)state;
    struct stat before, after;
    made(CREATED_TOPIC, "a", "");
    assert_int_equal(stat(scratch_path("created"), &before), 0);
    begun(CREATED_PLUGIN, "p");
    assert_int_equal(stat(scratch_path("created"), &after), 0);
    for (off_t len = after.st_size - 1; len > before.st_size; len--) {
        assert_int_equal(truncate(scratch_path("created"), len), 0);
        assert_int_equal(read_notes(), 1);
        assert_int_equal(list.n_strange, 0);
    }
    begun(CREATED_CONNECTOR, "c");
    assert_int_equal(read_notes(), 2);
    assert_int_equal(list.n_strange, 0);
    assert_string_equal(list.items[1].name, "c");
}

static void what_is_not_understood_is_counted(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{}",
        "no JSON",
        "[]",
        "{\"id\":\"1\",\"is\":\"begun\",\"kind\":\"space station\",\"name\":\"x\"}",
        "{\"id\":\"1\",\"is\":\"sold\",\"kind\":\"topic\",\"name\":\"x\"}",
        "{\"is\":\"begun\",\"kind\":\"topic\",\"name\":\"x\"}",
        "{\"id\":1,\"is\":2,\"kind\":3}",
        "",
    };
    char text[600];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(text, sizeof text,
                 "%s\n{\"id\":\"2\",\"is\":\"made\",\"kind\":\"topic\",\"name\":\"y\"}\n",
                 lines[i]);
        scratch_put("created", text);
        assert_int_equal(read_notes(), 1);
        assert_int_equal(list.n_strange, 1);
        assert_string_equal(list.items[0].name, "y");
    }
}

static void a_text_that_is_too_long_is_no_note(void **state)
{
    (void)state;
    static char text[10000];
    int n =
        snprintf(text, sizeof text, "{\"id\":\"1\",\"is\":\"made\",\"kind\":\"topic\",\"name\":\"");
    memset(text + n, 'x', 5000);
    snprintf(text + n + 5000, 100, "\"}\n");
    scratch_put("created", text);
    assert_int_equal(read_notes(), 0);
    assert_int_equal(list.n_strange, 1);
}

enum { WRITERS = 4 };

/* Several processes that write `notes` notes each at the same time. */
static void write_at_once(int notes, bool (*note)(int writer, int k))
{
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        for (int k = 0; pids[i] == 0 && k < notes; k++)
            if (!note(i, k))
                _exit(1);
        if (pids[i] == 0)
            _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
}

static bool note_short(int writer, int k)
{
    struct created thing = {.kind = CREATED_TOPIC};
    struct pt_error err;
    snprintf(thing.name, sizeof thing.name, "t-%d-%d", writer, k);
    return created_begin(scratch_dir, &thing, &err) == PT_OK &&
           created_made(scratch_dir, &thing, &err) == PT_OK;
}

static void several_processes_write_at_once(void **state)
{
    (void)state;
    enum { NOTES = 25 };
    write_at_once(NOTES, note_short);
    assert_int_equal(read_notes(), WRITERS * NOTES);
    assert_int_equal(list.n_strange, 0);
}

/* ---- what is settled is left out once the file is long ---- */

enum { LONG_BYTES = 64 * 1024 };

static off_t notes_bytes(void)
{
    struct stat st;
    assert_int_equal(stat(scratch_path("created"), &st), 0);
    return st.st_size;
}

/* A long line, so that the file is soon long. is_kept: otherwise it is struck again. */
static bool note_long(const char *name, bool is_kept)
{
    struct created thing = {.kind = CREATED_TOPIC, .cluster = "c"};
    struct pt_error err;
    memset(thing.ref, 'r', 4000);
    snprintf(thing.name, sizeof thing.name, "%s", name);
    return created_begin(scratch_dir, &thing, &err) == PT_OK &&
           created_made(scratch_dir, &thing, &err) == PT_OK &&
           (is_kept || created_strike(scratch_dir, thing.id, &err) == PT_OK);
}

static bool is_noted(const char *name)
{
    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.items[i].name, name) == 0)
            return list.items[i].is_made;
    return false;
}

static void what_is_settled_is_left_out(void **state)
{
    (void)state;
    /* What a newer pintop has written, and struck, stays as it is. */
    scratch_put("created",
                "{\"id\":\"n\",\"is\":\"begun\",\"kind\":\"space station\",\"name\":\"x\"}\n"
                "{\"id\":\"n\",\"is\":\"gone\",\"kind\":\"connector\"}\nno JSON\n");
    made(CREATED_TRUST, "role", "/kept/1");
    made(CREATED_TRUST, "role", "/kept/2");
    begun(CREATED_PLUGIN, "perhaps");
    for (int i = 0; i < 80; i++)
        assert_true(note_long(i == 50 ? "kept" : "t", i == 50));
    assert_true(notes_bytes() < LONG_BYTES + 5000);
    assert_int_equal(read_notes(), 4);
    assert_int_equal(list.n_strange, 2);
    assert_true(is_noted("role") && is_noted("kept"));
    assert_string_equal(list.items[0].ref, "/kept/1");
    assert_string_equal(list.items[1].ref, "/kept/2");
    assert_false(list.items[2].is_made);
    char *text = scratch_get("created");
    assert_non_null(
        strstr(text, "{\"id\":\"n\",\"is\":\"gone\",\"kind\":\"connector\"}\nno JSON\n"));
    free(text);
}

/* What is not settled is not lost for being much. */
static void what_is_noted_stays_however_long(void **state)
{
    (void)state;
    char name[40];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "t-%d", i);
        assert_true(note_long(name, true));
    }
    assert_true(notes_bytes() > 2 * LONG_BYTES);
    assert_int_equal(read_notes(), 30);
    assert_true(is_noted("t-0") && is_noted("t-29"));
}

enum { KEPT_EACH = 10 };

static bool note_mostly_settled(int writer, int k)
{
    char name[40];
    snprintf(name, sizeof name, "t-%d-%d", writer, k);
    return note_long(name, k % KEPT_EACH == 0);
}

static void writers_at_once_lose_nothing_to_each_other(void **state)
{
    (void)state;
    enum { NOTES = 30 };
    write_at_once(NOTES, note_mostly_settled);
    assert_int_equal(read_notes(), WRITERS * NOTES / KEPT_EACH);
    assert_true(notes_bytes() < 4 * LONG_BYTES);
}

/* Writes until it is killed; tells the parent the number of each note that it has kept. */
static void write_notes(int fd, int round)
{
    char name[40];
    for (int k = 0; k < 250; k++) {
        unsigned char number = (unsigned char)k;
        snprintf(name, sizeof name, "t-%d-%d", round, k);
        if (!note_long(name, k % 5 == 0) || (k % 5 == 0 && write(fd, &number, 1) != 1))
            _exit(1);
    }
    _exit(0);
}

static void a_kill_at_any_moment_loses_no_note(void **state)
{
    (void)state;
    enum { ROUNDS = 12 };
    size_t n_kept = 0, n_killed = 0;
    char name[40];
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2], status;
        unsigned char number;
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            write_notes(ends[1], round);
        close(ends[1]);
        for (int i = 0; i < 2; i++) /* at one time or another after its second note */
            assert_int_equal(read(ends[0], &number, 1), 1);
        usleep((useconds_t)(round * 2000));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        n_killed += WIFSIGNALED(status);
        while (read(ends[0], &number, 1) == 1)
            ;
        close(ends[0]);
        read_notes();
        assert_int_equal(list.n_strange, 0);
        for (int k = 0; k <= number; k += 5) {
            snprintf(name, sizeof name, "t-%d-%d", round, k);
            if (!is_noted(name))
                fail_msg("%s of %d is not noted any more", name, number);
        }
        assert_true(list.n >= n_kept + 2); /* nor are those of earlier rounds gone */
        n_kept = list.n;
        struct pt_error err;
        for (size_t i = 0; round % 4 == 3 && i < list.n; i++, n_kept = 0)
            assert_int_equal(created_strike(scratch_dir, list.items[i].id, &err), PT_OK);
    }
    assert_true(n_killed > ROUNDS / 2);
}

static void notes_that_cannot_be_written_say_why(void **state)
{
    (void)state;
    struct created thing = {.kind = CREATED_TOPIC, .name = "a"};
    struct pt_error err;
    scratch_put("file", "x");
    assert_int_equal(created_begin(scratch_path("file"), &thing, &err), PT_EIO);
    mkdir(scratch_path("created"), 0700);
    assert_int_equal(created_begin(scratch_dir, &thing, &err), PT_EIO);
    assert_non_null(strstr(err.what, "cannot open the notes of created things"));
    assert_non_null(strstr(err.fix, "pintop.state.dir"));
    rmdir(scratch_path("created"));
    /* Not through a link that somebody has laid there. */
    assert_int_equal(symlink(scratch_path("file"), scratch_path("created")), 0);
    assert_int_equal(created_begin(scratch_dir, &thing, &err), PT_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_note_comes_back_as_it_was, scratch_make, close_room),
        cmocka_unit_test_setup_teardown(of_one_name_the_last_one_made_counts, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(topics_are_the_same_on_one_cluster, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(how_it_ended_decides_what_stays_noted, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_line_that_is_cut_off_is_not_written, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(what_is_not_understood_is_counted, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_text_that_is_too_long_is_no_note, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(several_processes_write_at_once, scratch_make, close_room),
        cmocka_unit_test_setup_teardown(what_is_settled_is_left_out, scratch_make, close_room),
        cmocka_unit_test_setup_teardown(what_is_noted_stays_however_long, scratch_make, close_room),
        cmocka_unit_test_setup_teardown(writers_at_once_lose_nothing_to_each_other, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_kill_at_any_moment_loses_no_note, scratch_make,
                                        close_room),
        cmocka_unit_test_setup_teardown(notes_that_cannot_be_written_say_why, scratch_make,
                                        close_room),
    };
    return cmocka_run_group_tests_name("created", tests, NULL, NULL);
}
