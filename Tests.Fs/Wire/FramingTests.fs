module HybridReplica.Tests.FramingTests

open System
open System.Text
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private latin1 (text: string) = Encoding.Latin1.GetBytes text

/// One look at the front of a window.
let private look expectation (window: byte[]) =
    let mutable event = Unchecked.defaultof<Event | null>
    let mutable consumed = 0

    if Framing.TryNext(expectation, ReadOnlySpan window, &event, &consumed) then
        Expect.isTrue (consumed >= 0 && consumed <= window.Length) "no more is used up than there is"

        let event = nonNull event

        match event with
        | Event.Arrived bytes -> Expect.equal consumed bytes "what arrived is what is used up"
        | Event.Replied _ -> Expect.isGreaterThan consumed 0 "a line has an end"
        | Event.MarkReached -> Expect.equal consumed Limits.MarkLength "the mark is used up"
        | _ -> Expect.equal consumed 0 "what is only looked at stays"

        Some(event, consumed)
    else
        Expect.equal consumed 0 "nothing found, nothing used up"
        None

/// What to look for after an event.
let private next expectation event =
    match expectation, event with
    | Expectation.Line(limit, _), Some Event.LineBegun -> Some(Expectation.Line(limit, true))
    | Expectation.Line(limit, _), Some(Event.Replied _) -> Some(Expectation.Line(limit, false))
    | Expectation.Snapshot(Remainder.Counted left), Some(Event.Arrived bytes) when int64 bytes = left -> None
    | Expectation.Snapshot(Remainder.Counted left), Some(Event.Arrived bytes) ->
        Some(Expectation.Snapshot(Remainder.Counted(left - int64 bytes)))
    | Expectation.Snapshot(Remainder.Until _), Some(Event.Arrived _) -> Some expectation
    | _ -> None

let rec private drain expectation (window: byte[]) =
    match expectation with
    | None -> [], None, window
    | Some expected ->
        match look expected window with
        | None -> [], expectation, window
        | Some(event, consumed) ->
            let events, expectation, rest =
                drain (next expected (Some event)) window[consumed..]

            (event, window[.. consumed - 1]) :: events, expectation, rest

/// The bytes in pieces: the sizes over and over again.
let private pieces (sizes: int list) (bytes: byte[]) =
    let rec cut sizes (bytes: byte[]) =
        match sizes with
        | _ when bytes.Length = 0 -> []
        | [] -> [ bytes ]
        | size :: later ->
            let size = min size bytes.Length
            bytes[.. size - 1] :: cut later bytes[size..]

    let enough =
        Seq.initInfinite (fun index -> sizes[index % sizes.Length])
        |> Seq.truncate (bytes.Length + 1)
        |> List.ofSeq

    cut enough bytes

/// The events with the bytes they used up, and what is left over, when the bytes come in pieces.
let private frame expectation (pieces: byte[] list) =
    let step (events, expectation, window: byte[]) piece =
        let found, expectation, rest = drain expectation (Array.append window piece)
        events @ found, expectation, rest

    let events, _, rest = List.fold step ([], Some expectation, [||]) pieces
    events |> List.filter (fun (event, _) -> event <> Event.LineBegun), rest

// The naive reference: all bytes in one string, taken apart with nothing but `IndexOf`.

let rec private linesOf limit (text: string) =
    match text.IndexOf '\n' with
    | -1 when text.Length >= limit -> [ Event.LineTooLong(text.Substring(0, min 200 limit)) ], text
    | -1 -> [], text
    | last when last >= limit -> [ Event.LineTooLong(text.Substring(0, min 200 limit)) ], text
    | last ->
        let line = text.Substring(0, last)

        let line =
            if line.EndsWith '\r' then
                line.Substring(0, last - 1)
            else
                line

        let events, rest = linesOf limit (text.Substring(last + 1))
        Event.Replied(Reply.Read line) :: events, rest

/// How much of the end of the text could be the beginning of the mark.
let private begunMark (mark: string) (text: string) =
    seq { min (mark.Length - 1) text.Length .. -1 .. 0 }
    |> Seq.find (fun length -> text.EndsWith(mark.Substring(0, length), StringComparison.Ordinal))

/// Payload, whether the mark came, and what is left over.
let private payloadOf (mark: string) (text: string) =
    match text.IndexOf(mark, StringComparison.Ordinal) with
    | -1 ->
        let kept = text.Length - begunMark mark text
        text.Substring(0, kept), false, text.Substring kept
    | first -> text.Substring(0, first), true, text.Substring(first + mark.Length)

let private textOf (bytes: byte[]) = Encoding.Latin1.GetString bytes

let private framedPayload (mark: EofMark) pieces =
    let events, rest = frame (Expectation.Snapshot(Remainder.Until mark)) pieces

    let payload =
        events
        |> List.filter (fun (event, _) -> event <> Event.MarkReached)
        |> List.map (snd >> textOf)
        |> String.concat ""

    payload, List.exists (fun (event, _) -> event = Event.MarkReached) events, textOf rest

let private checkPayload (mark: EofMark) (text: string) pieces =
    Expect.equal (framedPayload mark pieces) (payloadOf mark.Text text) "payload, whether it ended, and the rest"

let private hexMark = "0123456789abcdef0123456789abcdef01234567"

/// Payloads that look like their marks: mark, payload.
let private treacherous =
    let repeated = String('a', 40)

    [
        hexMark, ""
        hexMark, "REDIS0009 payload"
        hexMark, hexMark.Substring(0, 39)
        hexMark, hexMark.Substring(0, 39) + hexMark.Substring(0, 39)
        hexMark, hexMark.Substring(0, 20) + hexMark.Substring(0, 39) + "0" + hexMark.Substring 1
        hexMark, String('0', 80)
        hexMark, "\r\n\000\255" + hexMark.Substring 1
        repeated, "b"
        repeated, String('a', 39) + "b"
        repeated, String('a', 39)
        repeated, "bb" + String('a', 10) + "b" + String('a', 39) + "b"
        String('a', 39) + "b", String('a', 100)
        String('a', 39) + "b", String('a', 39)
        String.replicate 20 "ab", String.replicate 19 "ab" + "a"
        String.replicate 20 "ab", String.replicate 30 "ba"
        String.replicate 20 "ab", "a" + String.replicate 19 "ab"
        String('\255', 20) + String('\000', 20), String('\255', 60)
    ]

let private looksLikeMark =
    gen {
        let! mark = Generators.mark

        let part =
            gen {
                let! first = Gen.choose (0, 39)
                let! last = Gen.choose (first, 39)
                return mark.Text.Substring(first, last - first + 1)
            }

        let! parts =
            Gen.listOf (Gen.oneof [ part; Gen.constant mark.Text; Arb.toGen Generators.latin1 ])

        return mark, String.concat "" parts
    }

let private exact limit =
    [
        for ending in [ "\n"; "\r\n" ] do
            let line length =
                "+" + String('x', length - ending.Length - 1) + ending

            for length in [ limit - 1; limit ] do
                testCase
                    $"a line of %d{length} bytes, %d{ending.Length} of them its end, is a reply under %d{limit}"
                    (fun () ->
                        let events, rest = frame (Expectation.Line(limit, false)) [ latin1 (line length) ]
                        let text = String('x', length - ending.Length - 1)
                        Expect.equal (List.map fst events) [ Event.Replied(Reply.Status text) ] "the reply"
                        Expect.isEmpty rest "what is left")

            testCase
                $"a line of %d{limit + 1} bytes, %d{ending.Length} of them its end, is too long under %d{limit}"
                (fun () ->
                    let events, _ = frame (Expectation.Line(limit, false)) [ latin1 (line (limit + 1)) ]
                    Expect.equal (List.map fst events) [ Event.LineTooLong("+" + String('x', 199)) ] "the beginning")
        testCase $"%d{limit - 1} bytes without an end may still become a line under %d{limit}" (fun () ->
            Expect.equal (look (Expectation.Line(limit, true)) (Array.zeroCreate (limit - 1))) None "nothing yet")
        testCase $"%d{limit} bytes without an end are too long under %d{limit}" (fun () ->
            Expect.isSome (look (Expectation.Line(limit, true)) (Array.zeroCreate limit)) "too long")
    ]

let tests =
    testList
        "framing"
        [
            yield! exact Limits.HandshakeLine
            yield! exact Limits.PreambleLine

            testProperty
                "lines are those of the naive reference, however they are cut"
                (Prop.forAll (Arb.zip (Generators.bytes, Generators.chunking)) (fun (bytes, sizes) ->
                    for limit in [ 8; 255 ] do
                        let events, rest = frame (Expectation.Line(limit, false)) (pieces sizes bytes)
                        let expected, left = linesOf limit (textOf bytes)
                        Expect.equal (List.map fst events, textOf rest) (expected, left) "the events and the rest"))
            testCase "a line end cut between its two characters is one line end" (fun () ->
                let events, rest =
                    frame (Expectation.Line(255, false)) [ latin1 "+OK\r"; latin1 "\n+PONG\r"; latin1 "\n" ]

                Expect.equal
                    (List.map fst events, rest)
                    ([ Event.Replied(Reply.Status "OK"); Event.Replied(Reply.Status "PONG") ], [||])
                    "two replies")
            testCase "a carriage return inside a line belongs to the line" (fun () ->
                Expect.equal
                    (look (Expectation.Line(255, false)) (latin1 "-a\rb\r\r\n"))
                    (Some(Event.Replied(Reply.Error "a\rb\r"), 7))
                    "the reply")
            testCase "a line that has begun is reported once" (fun () ->
                Expect.equal (look (Expectation.Line(255, false)) (latin1 "+")) (Some(Event.LineBegun, 0)) "first"
                Expect.equal (look (Expectation.Line(255, true)) (latin1 "+O")) None "then")

            for mark, payload in treacherous do
                let whole = payload + mark + "*1\r\n$4\r\nPING\r\n"
                let name = $"%s{Printable.escape payload} before %s{Printable.escape mark}"

                testCase $"the mark is found wherever reads cut the stream: %s{name}" (fun () ->
                    let bytes = latin1 whole

                    for cut in 0 .. bytes.Length do
                        checkPayload (Generators.markOf mark) whole [ bytes[.. cut - 1]; bytes[cut..] ]

                    for size in 1..45 do
                        checkPayload (Generators.markOf mark) whole (pieces [ size ] bytes))
            testProperty
                "a payload is that of the naive reference, however it is cut and whatever it looks like"
                (Prop.forAll (Arb.zip (Arb.fromGen looksLikeMark, Generators.chunking)) (fun ((mark, text), sizes) ->
                    checkPayload mark text (pieces sizes (latin1 text))))
            testProperty
                "so many bytes as announced arrive, however they are cut, and the rest stays"
                (Prop.forAll (Arb.zip (Generators.bytes, Generators.chunking)) (fun (bytes, sizes) ->
                    for announced in [ 1; 9; 40 ] do
                        let expectation = Expectation.Snapshot(Remainder.Counted(int64 announced))
                        let events, rest = frame expectation (pieces sizes bytes)
                        let arrived = events |> List.map snd |> Array.concat
                        let due = min announced bytes.Length
                        Expect.equal (arrived, rest) (bytes[.. due - 1], bytes[due..]) "payload and rest"))
            testProperty
                "the head of a snapshot is looked at once it is there, and left where it is"
                (Prop.forAll Generators.bytes (fun bytes ->
                    match look Expectation.SnapshotHead bytes with
                    | None -> Expect.isLessThan bytes.Length Limits.RdbHeadLength "too few bytes"
                    | Some(event, consumed) ->
                        let version = RdbVersion.TryRead(ReadOnlySpan(bytes, 0, Limits.RdbHeadLength))
                        Expect.equal (event, consumed) (Event.SnapshotBegun version, 0) "the version"))
            testProperty
                "what nobody waits for has to wait"
                (Prop.forAll Generators.bytes (fun bytes ->
                    Expect.equal (look Expectation.Nothing bytes) None "nothing"))
        ]
