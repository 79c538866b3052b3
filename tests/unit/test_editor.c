/* What VISUAL and EDITOR say, divided into words without a shell; and the file that the editor
 * gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "term/private_file.h"
#include "ui/editor.h"

/* want: the words with a bar between them; NULL: refused. */
static void divides(const char *line, const char *want)
{
    char text[300], got[300] = "", *words[EDITOR_WORDS + 1];
    struct pt_error err;
    snprintf(text, sizeof text, "%s", line);
    pt_code code = editor_words("VISUAL", text, words, &err);
    assert_int_equal(code, want != NULL ? PT_OK : PT_EUSAGE);
    for (size_t i = 0; code == PT_OK && words[i] != NULL; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? "|" : "", words[i]);
    if (want != NULL)
        assert_string_equal(got, want);
    else
        assert_memory_equal(err.what, "VISUAL names no editor", 22);
}

static void test_words_are_those_of_a_shell(void **state)
{
    (void)state;
    divides("vim", "vim");
    divides("  vim \t-f  ", "vim|-f");
    divides("emacsclient -c -a ''", "emacsclient|-c|-a|");
    divides("'/opt/my editor/ed' --wait", "/opt/my editor/ed|--wait");
    divides("\"/opt/my \\\"ed\\\"\" a\\ b", "/opt/my \"ed\"|a b");
    divides("ed --cmd='set nu; $x' x\"y z\"w", "ed|--cmd=set nu; $x|xy zw");
}

static void test_what_only_a_shell_can_do_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"",          "  ",     "ed; rm x", "ed $HOME",  "ed `id`",
                                        "ed | cat",  "ed > x", "ed *",     "ed \"$x\"", "ed 'open",
                                        "ed \"open", "ed \\",  "~/ed",     "ed & x",    "ed\nx"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        divides(lines[i], NULL);
    char many[2 * EDITOR_WORDS + 1] = "";
    for (int i = 0; i < EDITOR_WORDS; i++)
        memcpy(many + 2 * i, "a ", 3);
    divides(many, NULL);
}

/* The scratch directory is where the files go; scratch_make needs the one from before. */
static char *tmp_before;

static int use_scratch(void **state)
{
    const char *tmp = getenv("TMPDIR");
    tmp_before = tmp != NULL ? strdup(tmp) : NULL;
    return scratch_make(state) != 0 || setenv("TMPDIR", scratch_dir, 1) != 0 ? -1 : 0;
}

static int leave_scratch(void **state)
{
    if (tmp_before != NULL)
        setenv("TMPDIR", tmp_before, 1);
    else
        unsetenv("TMPDIR");
    free(tmp_before);
    return scratch_remove(state);
}

static int n_files(const char *dir)
{
    int n = 0;
    DIR *all = opendir(dir);
    for (const struct dirent *entry; (entry = readdir(all)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(all);
    return n;
}

static void test_the_file_is_private_and_is_removed(void **state)
{
    struct pt_error err;
    struct stat is;
    char dir[400], beside[450], *bytes;
    size_t len;
    (void)state;
    const char *path = private_file_make("a\0b", 3, &err);
    assert_non_null(path);
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    assert_int_equal(stat(dir, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0700);
    assert_int_equal(private_file_read(&bytes, &len, 3, &err), PT_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "a\0b", 4);
    free(bytes);
    assert_int_equal(private_file_read(&bytes, &len, 2, &err), PT_EUSAGE);
    /* As an editor does: a copy beside it, and another file in its place. */
    snprintf(beside, sizeof beside, "%s/.record.txt.swp", dir);
    assert_int_equal(rename(path, beside), 0);
    assert_int_equal(private_file_read(&bytes, &len, 3, &err), PT_EIO);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(private_file_read(&bytes, &len, 1000, &err), PT_EIO);
    private_file_remove();
    assert_int_equal(n_files(scratch_dir), 0);
    private_file_remove(); /* there is none */
}

static void test_it_is_removed_in_a_hurry(void **state)
{
    struct pt_error err;
    (void)state;
    assert_non_null(private_file_make("x", 1, &err));
    assert_int_equal(n_files(scratch_dir), 1);
    private_file_remove_now();
    assert_int_equal(n_files(scratch_dir), 0);
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_null(private_file_make("x", 1, &err));
    assert_int_equal(err.code, PT_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_those_of_a_shell),
        cmocka_unit_test(test_what_only_a_shell_can_do_is_refused),
        cmocka_unit_test_setup_teardown(test_the_file_is_private_and_is_removed, use_scratch,
                                        leave_scratch),
        cmocka_unit_test_setup_teardown(test_it_is_removed_in_a_hurry, use_scratch, leave_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
