/// The loop of the tool, with a stream that is made up: what is in the output when something is void, or fails.
module HybridReplica.Tests.FollowerTests

open System
open System.IO
open System.Text
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Cli
open HybridReplica.Cli.Follow
open HybridReplica.Core
open HybridReplica.Tests.Follow.StreamEvents
open HybridReplica.Tests.Follow.MadeUpStreams
open HybridReplica.Tests.Shell.Fetching

/// What is written to a file, and to standard output, of these events; after them it is interrupted.
let private outputs (name: string) (events: ReplicaEvent list) : Task<string * string> =
    task {
        use place = new Place()
        File.WriteAllText(place.Target, "")

        let follow output =
            task {
                use stop = new CancellationTokenSource()

                let stopping cancellation =
                    stop.Cancel()
                    silence cancellation

                let made = stream events (fun _ -> true) stopping

                let! ended =
                    inTime (run name output null deaf noLimits (ValueSome(at 0L)) made stop.Token)

                Expect.equal ended.Reason FollowReason.Interrupted "the reason"
            }

        use file = OutputFile.Open place.Target
        do! follow file
        use stream = new MemoryStream()
        use output = new OutputStream("standard output", stream)
        do! follow output
        return File.ReadAllText place.Target, Encoding.UTF8.GetString(stream.ToArray())
    }

/// A command, and then the first half of a transaction.
let private halfTransaction () : ReplicaEvent list =
    [
        snd (eventsOf [ Alone ]).Head
        for _, happened in List.take 3 (List.tail (eventsOf [ Alone; Together 4 ])) do
            happened
    ]

/// A command, and then the first half of one that comes in parts.
let private halfCommand () : ReplicaEvent list =
    let large = [ bytes "SET"; bytes "large"; Array.zeroCreate 100_000 ]

    [
        snd (eventsOf [ Alone ]).Head
        for part in List.take 30 (parts 20L 0 1000 large) do
            part
    ]

let private linesOf (text: string) =
    text.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

let private takenBack name half =
    testCaseTask $"{name} that does not come to its end is no part of a file, and void elsewhere" (fun () ->
        task {
            let! file, pipe = outputs "jsonl" (half ())
            Expect.equal (offsetsIn file) [ 10L ] "the commands in the file"
            Expect.hasLength (linesOf file) 1 "lines in the file"
            Expect.stringContains (List.last (linesOf pipe)) "\"event\":\"rewound\"" "the last line elsewhere"
            Expect.equal (offsetsIn pipe).Head 10L "the first command elsewhere"
        })

let private rewound name half =
    testCaseTask $"{name} that comes again is written once" (fun () ->
        task {
            let again = snd (eventsOf [ Alone; Alone ]).[1]
            let! file, pipe = outputs "jsonl" (half () @ [ resumed (at 10L) true; again ])
            Expect.equal (offsetsIn file) [ 10L; 20L ] "the commands in the file"

            let events =
                linesOf pipe |> List.filter (fun line -> line.Contains "\"event\":\"rewound\"")

            Expect.hasLength events 1 "lines that say so elsewhere"
            Expect.equal (List.last (offsetsIn pipe)) 20L "the last command elsewhere"
        })

let private goesOn =
    testCaseTask "what merely goes on is not touched" (fun () ->
        task {
            let all = List.map snd (eventsOf [ Alone; Together 2; InParts ])

            for cut in 1 .. all.Length - 1 do
                let events = List.take cut all @ [ resumed (at 0L) false ] @ List.skip cut all
                let! file, pipe = outputs "jsonl" events
                Expect.equal (offsetsIn file) (commandsOf (eventsOf [ Alone; Together 2; InParts ])) "the commands"
                Expect.equal pipe file "the same everywhere"
        })

let private respRewound =
    testList
        "resp"
        [
            testCaseTask "half a transaction is discarded where it cannot be cut off" (fun () ->
                task {
                    let! file, pipe = outputs "resp" (halfTransaction ())
                    Expect.stringStarts pipe file "the beginning"
                    Expect.stringEnds pipe "*1\r\n$7\r\nDISCARD\r\n" "the end"
                })
            testCaseTask "half a command cannot be, and ends it" (fun () ->
                task {
                    try
                        let! _ = outputs "resp" (halfCommand () @ [ resumed (at 10L) true ])
                        failtest "it went on"
                    with :? FollowException as exn ->
                        Expect.equal exn.Failure.ExitCode 3 "the exit code"
                })
            testCaseTask "a full resync is a gap in what was begun" (fun () ->
                task {
                    let first = snd (eventsOf [ Alone ]).Head

                    try
                        let! _ = outputs "resp" [ first; fullResync FullResyncReason.NoPosition ]
                        failtest "it went on"
                    with :? FollowException as exn ->
                        Expect.equal exn.Failure.ExitCode 9 "the exit code"
                })
        ]

let private filtered =
    testCaseTask "a transaction of which nothing passes leaves no trace" (fun () ->
        task {
            use stream = new MemoryStream()
            use output = new OutputStream("standard output", stream)
            let buffer = OutputBuffer()
            use format = new JsonLines(buffer)
            let journal = OutputJournal(output, buffer, null, deaf)

            let writing =
                StreamWriting(format, journal, CommandFilter([ "key:100" ], [], []), FollowTally())

            for _, happened in eventsOf [ Together 3; InParts; Together 6 ] do
                writing.Take happened

            Expect.equal
                (linesOf (Encoding.UTF8.GetString(buffer.Written.ToArray()))
                 |> List.map (fun line -> line.Contains "\"event\""))
                [ true; false; true ]
                "MULTI, the command, EXEC"
        })

let private failing =
    testCaseTask "when the master fails, what came before is written and acknowledged" (fun () ->
        task {
            use place = new Place()
            File.WriteAllText(place.Target, "")
            use output = OutputFile.Open place.Target
            let mutable acknowledged = []

            let hearing =
                { new IAcknowledgement with
                    member _.Applied position =
                        acknowledged <- string position :: acknowledged

                    member _.Durable _ = failtest "nothing is stored"
                }

            let ending (_: CancellationToken) : Task<bool> =
                Task.FromException<bool>(ReplicaException(Fault.Silence 60))

            let events = List.map snd (eventsOf [ Alone; Together 2 ])

            try
                let! _ =
                    run
                        "jsonl"
                        output
                        null
                        hearing
                        noLimits
                        (ValueSome(at 0L))
                        (stream events (fun _ -> false) ending)
                        CancellationToken.None

                failtest "it did not fail"
            with :? ReplicaException as exn ->
                Expect.equal exn.Fault (Fault.Silence 60) "the fault"

            Expect.equal acknowledged.Head (string (at 50L)) "what was acknowledged last"
            Expect.hasLength (offsetsIn (File.ReadAllText place.Target)) 3 "the commands"
        })

let tests =
    testList
        "follower"
        [
            takenBack "a transaction" halfTransaction
            takenBack "a large command" halfCommand
            rewound "a transaction" halfTransaction
            rewound "a large command" halfCommand
            goesOn
            respRewound
            filtered
            failing
        ]
