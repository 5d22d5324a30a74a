/// The scanner finds in a stream what the grammar finds, however the stream is cut and at whatever pace it is read.
module HybridReplica.Tests.StreamScannerProperties

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.StreamGenerators
open HybridReplica.Tests.StreamReaders

let private isSameTrouble (seen: StreamTrouble) (expected: StreamTrouble) =
    // Where the bytes come in pieces, less of a bad line may have been there to be shown.
    seen.Name = expected.Name
    && expected.Text.StartsWith(seen.Text, StringComparison.Ordinal)

let private expectEnding seen expected =
    match seen, expected with
    | StreamEnding.Trouble(seenAt, seen), StreamEnding.Trouble(expectedAt, expected) ->
        Expect.equal seenAt expectedAt "the place of the trouble"
        Expect.isTrue (isSameTrouble seen expected) $"the trouble, {seen}, is {expected}"
    | _ -> Expect.equal seen expected "how the text ends"

let private expectSame (commands, ending) (expectedCommands, expectedEnding) =
    Expect.equal commands expectedCommands "the commands"
    expectEnding ending expectedEnding

/// The last command that ends no later than there.
let private lastBefore (commands: StreamCommand list) (offset: Offset) =
    commands |> List.tryFindBack (fun command -> command.End <= offset.Bytes)

/// Every look of the pace that goes as far as it can says of the position what the grammar says.
let private expectPositions (commands: StreamCommand list) (looks: (int * Look) list) =
    for _, { Scan = scan } in looks do
        let safe = scan.SafePosition start.Id

        match lastBefore commands scan.Offset with
        | None ->
            Expect.equal safe start "the safe position before the first command"
            Expect.equal scan.Changed start.Offset "the last change before the first command"
        | Some command ->
            Expect.equal safe.Offset.Bytes command.Safe "the safe end"
            Expect.equal safe.Database command.SafeDatabase "the database there"
            Expect.equal scan.Changed.Bytes command.Changed "the last change"

            if not scan.IsInCommand then
                Expect.equal scan.Database command.Database "the database selected"
                Expect.equal scan.CommandStart.Bytes command.Start "where the last command began"
                Expect.equal scan.Kind command.Kind "what it was"
                Expect.equal scan.WordLength (int64 (List.last command.Words).Length) "how long its last word was"

            if scan.IsWhole then
                Expect.equal scan.Offset.Bytes command.End "where the last command ended"
                Expect.equal scan.Words (int64 command.Words.Length) "how many words it had"

/// The looks that ended with a GETACK are about those of the grammar, with the safe end in front of each.
let private expectAsked (commands: StreamCommand list) (looks: (int * Look) list) =
    let asked =
        [
            for _, { Scan = scan } in looks do
                if scan.IsAsked then
                    scan.Offset.Bytes, scan.Asked.Bytes
        ]

    let safeEnds = commands |> List.map (fun (command: StreamCommand) -> command.Safe)
    let safeBefore = start.Offset.Bytes :: safeEnds

    let expected =
        [
            for command, safe in Seq.zip commands safeBefore do
                if command.Kind = CommandKind.Getack then
                    command.End, safe
        ]

    Expect.equal asked expected "where it was asked, and the safe end before that"

let private cut (law: string -> int list -> unit) =
    Prop.forAll anyText (fun text -> Prop.forAll sizes (fun sizes -> law text sizes))

let private whole = [ Int32.MaxValue / 2 ]

/// What is read behind a safe position, as if the connection had been made anew.
let private restBehind (text: string) (command: StreamCommand) =
    let resumed =
        { start with
            Offset = Offset command.Safe
            Database = command.SafeDatabase
        }

    StreamGrammar.read resumed (text.Substring(int (command.Safe - start.Offset.Bytes)))

/// The command but for where the last change was, which somebody who resumes does not know.
let private unchanged (command: StreamCommand) = { command with Changed = 0L }

let private laws =
    testList
        "laws"
        [
            testProperty "command by command it reads what the grammar reads"
            <| cut (fun text sizes -> expectSame (readByCommand sizes (bytes text)) (readByGrammar text))
            testProperty "word by word it reads what the grammar reads"
            <| cut (fun text sizes -> expectSame (readByWord sizes (bytes text)) (readByGrammar text))
            testProperty "window by window it knows the positions that the grammar knows"
            <| cut (fun text sizes ->
                let commands, ending = readByGrammar text
                let looks = looks window sizes (bytes text)
                expectPositions commands looks
                expectAsked commands looks
                expectEnding (endingOf looks) ending)
            testProperty "in one piece it shows as much of a trouble as the grammar"
            <| Prop.forAll anyText (fun text ->
                let _, expected = readByGrammar text

                for looking in [ window; byCommand; byWord ] do
                    Expect.equal (endingOf (looks looking whole (bytes text))) expected "how it ends")
            testProperty "trouble is the same when it is looked at again"
            <| cut (fun text sizes ->
                for looking in [ window; byCommand; byWord ] do
                    let there, look = List.last (looks looking sizes (bytes text))

                    if look.Trouble.IsSome then
                        let at = int (look.Scan.Offset.Bytes - start.Offset.Bytes)

                        let rest = Array.sub (bytes text) at (there - at)
                        let again = looking look.Scan rest (Array.zeroCreate text.Length)

                        Expect.equal again.Trouble look.Trouble "the trouble"
                        Expect.equal again.Scan.Offset look.Scan.Offset "the place in front of it")
            testProperty "it waits with less than a line in the window, or goes on"
            <| cut (fun text sizes ->
                for looking in [ window; byCommand; byWord ] do
                    for (_, before), (there, look) in List.pairwise (looks looking sizes (bytes text)) do
                        let left = start.Offset.Bytes + int64 there - look.Scan.Offset.Bytes

                        if look.Scan.Offset = before.Scan.Offset && look.Trouble.IsNone then
                            Expect.isLessThan left (int64 Limits.StreamLine) "bytes waited with")
            testProperty "the three paces can follow each other anywhere"
            <| Prop.forAll sent (fun sent ->
                let text = text sent
                let mutable turn = 0

                let taking: Looking =
                    fun scan bytes ranges ->
                        turn <- turn + 1
                        (List.item (turn % 3) [ window; byCommand; byWord ]) scan bytes ranges

                let looks = looks taking [ 7; 30; 1; 200 ] (bytes text)
                expectPositions (fst (readByGrammar text)) looks
                expectEnding (endingOf looks) StreamEnding.Between)
            testProperty "behind any safe position the rest is the same"
            <| Prop.forAll anyText (fun text ->
                let reading = StreamGrammar.read start text

                for command in reading.Commands do
                    let rest = restBehind text command

                    let behind =
                        reading.Commands |> List.filter (fun later -> later.Start >= command.Safe)

                    Expect.equal
                        (List.map unchanged rest.Commands)
                        (List.map unchanged behind)
                        "the commands behind it"

                    Expect.equal rest.Ending reading.Ending "how it ends")
            testProperty "behind any safe position it comes to the same safe position"
            <| Prop.forAll anyText (fun text ->
                let last (position: Position) =
                    let behind = text.Substring(int (position.Offset.Bytes - start.Offset.Bytes))
                    let mutable scan = StreamScan.At position
                    let mutable isFurther = true

                    while isFurther do
                        let left = behind.Substring(int (scan.Offset.Bytes - position.Offset.Bytes))
                        let next = (window scan (bytes left) [||]).Scan
                        isFurther <- next.Offset > scan.Offset
                        scan <- next

                    scan.SafePosition start.Id

                for _, look in looks byCommand whole (bytes text) do
                    Expect.equal (last (look.Scan.SafePosition start.Id)) (last start) "the safe position in the end")
        ]

let tests = testList "stream scanner laws" [ laws ]
