/// Manifests as servers read them, and manifests that they refuse: those of their own tests (aof-multi-part, 7.0.15),
/// and one at least for every rule.
module HybridReplica.Tests.ManifestSamples

open System
open HybridReplica.Core

/// A line without offsets and further pairs.
let file kind name sequence : AppendOnlyFile =
    {
        Name = name
        Sequence = sequence
        Type = kind
        StartOffset = ValueNone
        EndOffset = ValueNone
        Others = []
    }

let baseOf name sequence = file AppendOnlyType.Base name sequence

let incremental name sequence =
    file AppendOnlyType.Incremental name sequence

let history name sequence =
    file AppendOnlyType.History name sequence

let private first = "file a.1.base.rdb seq 1 type b\n"

let private of' files : AppendOnlyManifest =
    {
        Base = ValueSome(baseOf "a.1.base.rdb" 1L)
        History = []
        Incrementals = files
    }

/// What a manifest of these lines is read as.
let accepted: (string * string * AppendOnlyManifest) list =
    [
        "a base alone", first, of' []
        "numbers with gaps",
        first + "file a.1.incr.aof seq 1 type i\nfile a.9.incr.aof seq 9 type i\n",
        of' [ incremental "a.1.incr.aof" 1L; incremental "a.9.incr.aof" 9L ]
        "pairs that nobody knows",
        first + "file i seq 1 type i newkey newvalue Other \"two words\"\n",
        of'
            [
                { incremental "i" 1L with
                    Others = [ "newkey", "newvalue"; "Other", "two words" ]
                }
            ]
        "keys in any case and order", first + "TYPE i Seq 7 fILE i\n", of' [ incremental "i" 7L ]
        "the same key twice", first + "file x seq 1 type h seq 3 file y type i\n", of' [ incremental "y" 3L ]
        "spaces around the words", first + " \t file  i\tseq 1   type i \t\r\n", of' [ incremental "i" 1L ]
        "names in quotes",
        first + "file \"a b\\x41\\n\" seq 1 type i\nfile 'it\\'s' seq 2 type \"i\"\n",
        of' [ incremental "a bA\n" 1L; incremental "it's" 2L ]
        "comments anywhere, the last without a line end",
        first + "# one\n#\nfile i seq 1 type i\n# last",
        of' [ incremental "i" 1L ]
        "history in any order of numbers",
        first + "file h5 seq 5 type h\nfile h2 seq 2 type h\n",
        { of' [] with
            History = [ history "h5" 5L; history "h2" 2L ]
        }
        "the offset at which an open file begins (8.0)",
        first + "file i seq 1 type i startoffset 0\n",
        of'
            [
                { incremental "i" 1L with
                    StartOffset = ValueSome 0L
                }
            ]
        "the offsets between which a complete file lies (8.0)",
        first + "file i seq 1 type i startoffset 150 endoffset 9223372036854775807\n",
        of'
            [
                { incremental "i" 1L with
                    StartOffset = ValueSome 150L
                    EndOffset = ValueSome Int64.MaxValue
                }
            ]
        "a line of 1024 bytes",
        first + "file i seq 1 type i k " + String('v', 1001) + "\n",
        of'
            [
                { incremental "i" 1L with
                    Others = [ "k", String('v', 1001) ]
                }
            ]
    ]

/// What servers refuse: the line, and the rule it breaks.
let broken: (string * string * int * ManifestTrouble) list =
    [
        "numbers that do not rise",
        first + "file i2 seq 2 type i\nfile i1 seq 1 type i\n",
        3,
        ManifestTrouble.SequenceNotRising 1L
        "the same number twice",
        first + "file i2 seq 2 type i\nfile i1 seq 2 type i\n",
        3,
        ManifestTrouble.SequenceNotRising 2L
        "a blank line", first + "\nfile i seq 1 type i\n", 2, ManifestTrouble.BlankLine
        "a line of spaces", first + "  \t\n", 2, ManifestTrouble.BlankLine
        "a second base", first + "file b2 seq 2 type b\n", 2, ManifestTrouble.SecondBase
        "an unknown type", first + "file x seq 1 type x\n", 2, ManifestTrouble.BadType "x"
        "no name", first + "filx i seq 1 type i\n", 2, ManifestTrouble.Missing "file"
        "no number", first + "file i seqx 1 type i\n", 2, ManifestTrouble.Missing "seq"
        "no type", first + "file i seq 1 typx i\n", 2, ManifestTrouble.Missing "type"
        "two pairs", first + "file i type i\n", 2, ManifestTrouble.NotPairs
        "half a pair", first + "file i seq 1 type i newkey\n", 2, ManifestTrouble.NotPairs
        "a line of 1025 bytes",
        first + "file i seq 1 type i k " + String('v', 1002) + "\n",
        2,
        ManifestTrouble.LineTooLong
        "no line end", first + "file i seq 1 type i", 2, ManifestTrouble.LineTooLong
        "a byte that is zero", first + "file i seq 1 type i k \000\n", 2, ManifestTrouble.LineTooLong
        "quotes that do not match", first + "file \"i seq 1 type i\n", 2, ManifestTrouble.NotPairs
        "quotes inside of a word", first + "file \"i\"x 1 seq 1 type i\n", 2, ManifestTrouble.NotPairs
        "a path", first + "file a/i seq 1 type i\n", 2, ManifestTrouble.NameIsPath "a/i"
        "a path of another system", first + @"file a\i seq 1 type i" + "\n", 2, ManifestTrouble.NameIsPath @"a\i"
        "a path that does not count", first + "file /i file i seq 1 type i\n", 2, ManifestTrouble.NameIsPath "/i"
        "the number zero", first + "file i seq 0 type i\n", 2, ManifestTrouble.BadSequence "0"
        "a number that is none", first + "file i seq x type i\n", 2, ManifestTrouble.BadSequence "x"
        "what is left of a long comment", first + "#" + String('c', 1100) + "\n", 3, ManifestTrouble.NotPairs
    ]

/// What servers would take for something else than it says, and is refused.
let refused: (string * string * int * ManifestTrouble) list =
    [
        "a number and more", first + "file i seq 1x type i\n", 2, ManifestTrouble.BadSequence "1x"
        "a negative number", "file i seq -1 type b\n", 1, ManifestTrouble.BadSequence "-1"
        "a type and more", first + "file i seq 1 type incremental\n", 2, ManifestTrouble.BadType "incremental"
        "an offset that is none", first + "file i seq 1 type i startoffset x\n", 2, ManifestTrouble.BadOffset "x"
        "an end that is none", first + "file i seq 1 type i endoffset -1\n", 2, ManifestTrouble.BadOffset "-1"
        "the folder itself", first + "file . seq 1 type i\n", 2, ManifestTrouble.NameIsPath "."
        "the folder above", first + "file .. seq 1 type i\n", 2, ManifestTrouble.NameIsPath ".."
        "a name of nothing", first + "file \"\" seq 1 type i\n", 2, ManifestTrouble.Missing "file"
        "a name that C cuts short", first + "file \"a\\x00b\" seq 1 type i\n", 2, ManifestTrouble.NameIsPath "a\000b"
        "another checksum",
        first + "# crc64 0123456789abcdef\n",
        2,
        ManifestTrouble.ChecksumMismatch(0x0123456789abcdefUL, ManifestPrinting.checksum first)
    ]
