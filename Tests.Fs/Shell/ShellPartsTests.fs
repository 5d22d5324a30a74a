/// The parts of the shell that can be seen without a master.
module HybridReplica.Tests.ShellPartsTests

open System
open System.IO
open System.Net.Sockets
open System.Text
open System.Threading
open Expecto
open FsCheck
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Fetching

let private window =
    testProperty "the receive window gives back what came in, in order" (fun (moves: (byte[] * byte) list) ->
        let window = ReceiveWindow 64
        let expected = Collections.Generic.Queue<byte>()

        for bytes, leave in moves do
            let room = window.Room()
            let count = min bytes.Length room.Length
            bytes.AsSpan(0, count).CopyTo room.Span
            window.Commit count
            Seq.take count bytes |> Seq.iter expected.Enqueue
            let used = min (int leave) expected.Count
            window.Discard used

            for _ in 1..used do
                expected.Dequeue() |> ignore

            Expect.equal (window.Filled.ToArray()) (expected.ToArray()) "what is there")

let private metronome =
    testList
        "metronome"
        [
            testCase "seconds are whole, and none is lost" (fun () ->
                let clock = SetClock()
                use metronome = new Metronome(clock, CancellationToken.None)
                let mutable counted = 0

                for _ in 1..100 do
                    clock.GoOn(TimeSpan.FromMilliseconds 330.0)
                    let due = metronome.Due
                    metronome.Settle due
                    counted <- counted + due

                Expect.equal counted 33 "seconds")
            testCase "what we were busy for is one second at most" (fun () ->
                let clock = SetClock()
                use metronome = new Metronome(clock, CancellationToken.None)
                clock.GoOn(TimeSpan.FromSeconds 70.0)
                metronome.Forgive()
                Expect.equal metronome.Due 1 "seconds")
            testCaseTask "it rings when a second is over" (fun () ->
                task {
                    use metronome = new Metronome(TimeProvider.System, CancellationToken.None)
                    do! metronome.NextAsync().WaitAsync(TimeSpan.FromSeconds 10.0)
                    Expect.isGreaterThanOrEqual metronome.Elapsed (TimeSpan.FromSeconds 0.99) "time"
                })
            testCaseTask "it rings when it is time to stop" (fun () ->
                task {
                    use stop = new CancellationTokenSource()
                    use metronome = new Metronome(SetClock(), stop.Token)
                    let next = metronome.NextAsync()
                    Expect.isFalse next.IsCompleted "not before"
                    stop.Cancel()
                    do! next.WaitAsync(TimeSpan.FromSeconds 10.0)
                })
        ]

let private names =
    testCase "no two temporary files of a process have the same name" (fun () ->
        let clock = SetClock()
        let names = [ for _ in 1..100 -> TemporaryName.Next clock ]
        Expect.hasLength (List.distinct names) 100 "names"

        for name in names do
            Expect.isMatch name $@"^temp-\d+\.{Environment.ProcessId}\.rdb$" "as Redis names them")

let private tooLarge =
    testCase "a file that would be too large is a trouble of the disk" (fun () ->
        use place = new Place()
        use file = File.OpenHandle(place.Target, FileMode.Open, FileAccess.Write)

        try
            RandomAccess.Write(file, ReadOnlySpan<byte>([| 1uy |]), Int64.MaxValue / 2L)
            failtest "No file system takes a file that large."
        with exn when FileTroubles.IsOne exn ->
            Expect.equal (FileTroubles.Of exn) FileTrouble.TooLarge "the trouble")

let private notified name (address: Place -> string * string) =
    testCase name (fun () ->
        use place = new Place()
        let variable, path = address place

        use socket =
            new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)

        socket.Bind(UnixDomainSocketEndPoint path)
        socket.ReceiveTimeout <- 10_000

        let hear () =
            let buffer = Array.zeroCreate<byte> 1000
            Encoding.UTF8.GetString(buffer, 0, socket.Receive buffer)

        try
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", variable)
            Expect.isNull (Supervisor.Tell(Notification.Status "Ready soon.")) "the status is sent"
            Expect.isNull (Supervisor.Tell Notification.Ready) "readiness is sent"
        finally
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null)

        Expect.equal (hear ()) "STATUS=Ready soon." "the status"
        Expect.equal (hear ()) "READY=1" "readiness")

let private supervisor =
    testSequenced (
        testList
            "supervisor"
            [
                testCase "nobody wants to know" (fun () ->
                    Expect.isNull (Supervisor.Tell Notification.Ready) "nothing goes wrong")
                notified "it listens at a path" (fun place ->
                    let path = Path.Combine(place.Folder, "notify")
                    path, path)
                if OperatingSystem.IsLinux() then
                    notified "it listens at an abstract name" (fun _ ->
                        let name = $"hybrid-replica-{Guid.NewGuid()}"
                        "@" + name, "\000" + name)
                for name, path in
                    [
                        "it is gone", "/no/such/socket"
                        "it is where no socket can be", "/" + String('x', 200)
                    ] do
                    testCase name (fun () ->
                        try
                            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path)
                            Expect.isNotNull (Supervisor.Tell Notification.Ready) "that is told"
                        finally
                            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null))
            ]
    )

let tests =
    testList "parts of the shell" [ window; metronome; names; tooLarge; supervisor ]
