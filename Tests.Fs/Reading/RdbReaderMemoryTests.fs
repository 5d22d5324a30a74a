/// What reading an RDB takes of memory.
module HybridReplica.Tests.RdbReaderMemoryTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Rdb

let private text (value: string) = Snapshots.latin1 value

let private entry key form value : RdbPart =
    RdbPart.Entry(WrittenEntry.Of(key, form, value))

/// Some of everything that there is much of: keys, members, fields, and numbers stored as such.
let private withMany count =
    (Writer.write
        1UL
        {
            Version = Snapshots.redis 11
            Parts =
                [
                    RdbPart.Database 0L
                    entry "list" 1 (RdbValue.List [| for number in 1..count -> text $"element %d{number}" |])
                    entry "numbers" 2 (RdbValue.Set [| for number in 1..count -> text (string number) |])
                    entry
                        "scores"
                        5
                        (RdbValue.SortedSet
                            [|
                                for number in 1..count ->
                                    {
                                        Member = text $"member %d{number}"
                                        Score = float number
                                    }
                            |])
                    for number in 1..count do
                        entry $"key %d{number}" 0 (RdbValue.String(text $"value %d{number}"))
                ]
            IsSummed = true
        })
        .Bytes

let private few = withMany 1_000
let private many = withMany 20_000

let private allocated (read: MemoryStream -> unit) (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    let before = GC.GetAllocatedBytesForCurrentThread()
    read stream
    GC.GetAllocatedBytesForCurrentThread() - before

let mutable private seen = 0L

// Looks at everything that an event has.
let private look (event: RdbEvent) =
    seen <-
        seen
        + int64 event.Text.Length
        + event.Number
        + event.Total
        + int64 event.Database

    if event.Expiry.HasValue || event.Idle.HasValue || event.Frequency.HasValue then
        seen <- seen + 1L

let private visit = Action<RdbEvent> look

let private withCallback options (stream: MemoryStream) =
    RdbReader.Read(stream, visit, options) |> ignore

let private enumerating options (stream: MemoryStream) =
    let events = RdbReader.ReadAsync(stream, options).GetAsyncEnumerator()
    let mutable goesOn = true

    while goesOn do
        let next = events.MoveNextAsync()
        Expect.isTrue next.IsCompleted "what is there already is not waited for"
        goesOn <- next.Result

        if goesOn then
            look events.Current

let tests =
    testList
        "RDB reader's memory"
        [
            for name, (read: RdbReaderOptions -> MemoryStream -> unit) in
                [ "with a callback", withCallback; "while it is enumerated", enumerating ] do
                for kind in [ RdbLook.Skip; RdbLook.Raw; RdbLook.Typed ] do
                    testCase $"twenty times as much takes no more memory, %s{name}, looked at as %O{kind}" (fun () ->
                        let options () =
                            RdbReaderOptions(Look = kind, BufferSize = 65536)

                        let small = allocated (fun stream -> read (options ()) stream) few
                        let first = allocated (fun stream -> read (options ()) stream) few
                        let large = allocated (fun stream -> read (options ()) stream) many
                        Expect.isLessThan first (256L <<< 10) "the window, and little else"
                        Expect.isLessThanOrEqual large (max small first + (64L <<< 10)) "bytes allocated")
            testCase "what one large thing needed is given back behind it" (fun () ->
                let chance = Random 1
                let large = Array.zeroCreate<byte>(12 <<< 20)
                chance.NextBytes large

                // A key always comes whole.
                let bytes =
                    (Writer.write
                        1UL
                        {
                            Version = Snapshots.redis 11
                            Parts =
                                [
                                    RdbPart.Entry
                                        { WrittenEntry.Of("", 0, RdbValue.String(text "value")) with
                                            Key = large
                                        }
                                    for number in 1..10_000 do
                                        entry $"key %d{number}" 0 (RdbValue.String(text $"value %d{number}"))
                                ]
                            IsSummed = true
                        })
                        .Bytes

                let feed = RdbFeed(RdbReaderOptions())
                let mutable largest = 0
                let mutable last = 0
                let mutable position = 0
                let mutable step = RdbStep.Token

                while step < RdbStep.Finished do
                    step <- feed.Next()

                    if step = RdbStep.NeedsMore then
                        let room = feed.Room()
                        last <- feed.WindowSize
                        largest <- max largest last
                        let count = min (min room.Length 65_536) (bytes.Length - position)
                        bytes.AsMemory(position, count).CopyTo room
                        feed.Commit count
                        position <- position + count

                Expect.equal step RdbStep.Finished "it is read to its end"
                Expect.isGreaterThan largest (12 <<< 20) "the key was there as a whole"
                Expect.isLessThan largest (26 <<< 20) "no more than twice of it"
                Expect.equal last (256 <<< 10) "the window at the end")
        ]
