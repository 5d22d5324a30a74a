/// Whatever is wrong with an RDB has a sentence that says what, where, and what was still good.
module HybridReplica.Tests.RdbWordingTests

open System
open Expecto
open HybridReplica.Core

let private containers = [ "ziplist"; "listpack"; "intset"; "zipmap"; "quicklist" ]

/// One of each trouble, and all of those that come in a few forms.
let private troubles =
    [
        RdbTrouble.Empty
        RdbTrouble.NotRdb
        RdbTrouble.FutureVersion
            {
                Vendor = RdbVendor.Redis
                Number = 99
            }
        RdbTrouble.Cut
        RdbTrouble.UnknownOpcode 242
        RdbTrouble.UnknownType 99
        RdbTrouble.Refused(6, "the value of a module")
        RdbTrouble.NotALength 0xC3
        RdbTrouble.ImpossibleLength UInt64.MaxValue
        RdbTrouble.UnknownStringEncoding 61
        RdbTrouble.BadCompression
        for container in containers do
            for trouble in Enum.GetValues<PackedTrouble>() do
                RdbTrouble.Damaged(container, trouble)

            RdbTrouble.Uneven container
        RdbTrouble.BadScore
        RdbTrouble.BadStream "the master entry of a node"
        RdbTrouble.BadModule 9UL
        RdbTrouble.TooLarge(1000000L, 65536L)
        RdbTrouble.WrongChecksum(0x1234UL, 0xFEDCBA9876543210UL)
    ]

let private at trouble key entries : RdbFault =
    {
        Trouble = trouble
        Offset = 1234567L
        Database = ValueSome 3
        Key = key
        Entries = entries
    }

let private hasPlace trouble =
    match trouble with
    | RdbTrouble.Empty
    | RdbTrouble.NotRdb
    | RdbTrouble.FutureVersion _
    | RdbTrouble.WrongChecksum _ -> false
    | _ -> true

let private isPlain (text: string) =
    text |> Seq.forall (fun character -> not (Char.IsControl character))

let private key = ValueSome "user:7"B

let private contains (text: string) (part: string) =
    Expect.isTrue (text.Contains(part, StringComparison.Ordinal)) $"\"{part}\" in \"{text}\""

let tests =
    testList
        "rdb wording"
        [
            testCase "the troubles in these tests are all there are" (fun () ->
                let cases =
                    FSharp.Reflection.FSharpType.GetUnionCases typeof<RdbTrouble>
                    |> Array.map _.Name

                let here =
                    troubles
                    |> List.map (fun trouble ->
                        (fst (FSharp.Reflection.FSharpValue.GetUnionFields(trouble, typeof<RdbTrouble>))).Name)

                Expect.equal (Set.ofList here) (Set.ofArray cases) "cases")
            testCase "every trouble has a sentence of its own and an advice" (fun () ->
                for trouble in troubles do
                    let sentence = RdbWording.trouble trouble
                    let advice = RdbWording.advice trouble
                    Expect.isTrue (Char.IsUpper sentence[0]) $"a sentence begins with a capital: {sentence}"
                    Expect.isTrue (Char.IsLower advice[0]) $"advice goes on in lower case: {advice}"

                    for text in [ sentence; advice ] do
                        Expect.isFalse (text.EndsWith '.') $"there is no full stop: {text}"
                        Expect.isTrue (isPlain text) $"it is one plain line: {text}"

                let sentences = List.map RdbWording.trouble troubles
                Expect.equal (List.distinct sentences) sentences "sentences")
            testCase "names and numbers are in the sentence" (fun () ->
                for trouble, part in
                    [
                        troubles[2], "REDIS0099"
                        RdbTrouble.UnknownOpcode 242, "opcode 242"
                        RdbTrouble.UnknownType 99, "type of values 99"
                        RdbTrouble.Refused(6, "a \027[2J"), @"6 stands for what is not read: a \x1b[2J"
                        RdbTrouble.NotALength 0xC, "0x0C"
                        RdbTrouble.ImpossibleLength UInt64.MaxValue, "18446744073709551615"
                        RdbTrouble.UnknownStringEncoding 61, "61"
                        RdbTrouble.Damaged("intset", PackedTrouble.NotAscending), "An intset is damaged"
                        RdbTrouble.Damaged("ziplist", PackedTrouble.WrongTail), "A ziplist is damaged"
                        RdbTrouble.BadModule 9UL, "item 9"
                        RdbTrouble.TooLarge(1000000L, 65536L), "1,000,000 bytes of memory at once, and 65,536"
                        RdbTrouble.WrongChecksum(0x1234UL, 1UL), "0000000000001234"
                    ] do
                    contains (RdbWording.trouble trouble) part)
            testCase "a fault says what, where, and what was still good" (fun () ->
                for trouble in List.filter hasPlace troubles do
                    let line = RdbWording.fault (at trouble key 1234L)
                    contains line (RdbWording.trouble trouble)
                    contains line ", at byte 1,234,567, in db 3, key \"user:7\"; 1,234 entries before it are whole")
            testCase "what is not known is not said" (fun () ->
                let fault =
                    { at RdbTrouble.Cut ValueNone 0L with
                        Database = ValueNone
                    }

                Expect.equal
                    (RdbWording.fault fault)
                    "The RDB ends in the middle, at byte 1,234,567; no entry before it is whole"
                    "the line")
            testCase "one entry is one entry" (fun () ->
                contains (RdbWording.fault (at RdbTrouble.Cut key 1L)) "; 1 entry before it is whole")
            testCase "of what is no RDB there is nothing more to say" (fun () ->
                for trouble in List.take 3 troubles do
                    Expect.equal (RdbWording.fault (at trouble key 5L)) (RdbWording.trouble trouble) "the line")
            testCase "with a wrong checksum no entry is called good" (fun () ->
                let wrong = RdbTrouble.WrongChecksum(1UL, 2UL)
                let line = RdbWording.fault (at wrong ValueNone 1234L)
                contains line "; 1,234 entries could be read, and any may not be what was saved"
                let line = RdbWording.fault (at wrong ValueNone 1L)
                contains line "; 1 entry could be read, and may not be what was saved")
            testCase "nothing in a key acts on a terminal" (fun () ->
                let key = Array.append "a\027[2J\r\n"B [| 0xC3uy; 0xA4uy; byte '\\' |]
                let line = RdbWording.fault (at RdbTrouble.Cut (ValueSome key) 0L)
                contains line @"key ""a\x1b[2J\r\n\xc3\xa4\\"""
                Expect.isTrue (isPlain line) "the line")
            testProperty "a fault is one line, and no longer for a long key" (fun (bytes: byte[]) (count: uint8) ->
                let key = Array.concat (Array.create (int count) bytes)
                let line = RdbWording.fault (at RdbTrouble.Cut (ValueSome key) 0L)
                isPlain line && line.Length < 400)
            testCase "a long key is cut, and that is said" (fun () ->
                let whole = String('k', 60)

                let line length =
                    RdbWording.fault (at RdbTrouble.Cut (ValueSome(Array.create length 107uy)) 0L)

                contains (line 60) $"\"{whole}\""
                contains (line 61) $"\"{whole}…\"")
        ]
