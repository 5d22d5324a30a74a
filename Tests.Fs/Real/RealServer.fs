/// Redis servers of this machine, started for one test and gone with it.
module HybridReplica.Tests.RealServer

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Sockets
open System.Threading.Tasks
open Expecto

/// The certificates of a server that speaks TLS, as PEM files.
type ServerTls =
    {
        Authority: string
        Certificate: string
        Key: string
    }

/// How a server is started.
type ServerSettings =
    {
        /// Lines of its configuration file, such as `requirepass secret`.
        Options: string list
        /// Whether it listens on a unix socket too.
        HasUnixSocket: bool
        /// Whether it speaks TLS, on a port of its own.
        Tls: ServerTls voption
        /// An RDB file that it starts from.
        Snapshot: string voption
        /// The port that it listens on without TLS. None: any.
        Port: int voption
    }

    static member Default =
        {
            Options = []
            HasUnixSocket = false
            Tls = ValueNone
            Snapshot = ValueNone
            Port = ValueNone
        }

let private isOnPath name =
    match Environment.GetEnvironmentVariable "PATH" with
    | null -> false
    | path ->
        path.Split Path.PathSeparator
        |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, name)))

/// Skips the test where no server is installed; fails it where one has to be.
let requireServer () =
    let isRequired =
        Environment.GetEnvironmentVariable "HYBRIDREPLICA_REQUIRE_REDIS" = "1"

    if not (isOnPath "redis-server") then
        if isRequired then
            failtest "redis-server is not installed, and HYBRIDREPLICA_REQUIRE_REDIS=1 wants it"
        else
            skiptest "redis-server is not installed"

/// A port of the loopback that nobody listens on. Somebody else may take it first: whoever uses it has to be ready to
/// ask for another.
let freePort () =
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    (listener.LocalEndpoint :?> IPEndPoint).Port

/// What a program wrote to its standard output. Fails if it did not exit with zero within a minute.
let runProgram (name: string) (arguments: string list) (environment: (string * string) list) : string =
    let start =
        ProcessStartInfo(name, arguments, RedirectStandardOutput = true, RedirectStandardError = true)

    for key, value in environment do
        start.Environment[key] <- value

    use running =
        match Process.Start start with
        | null -> failtestf "%s did not start" name
        | started -> started

    let errors = running.StandardError.ReadToEndAsync()
    let output = running.StandardOutput.ReadToEndAsync()

    if not (running.WaitForExit 60_000) then
        running.Kill()
        failtestf "%s did not come to an end" name

    if running.ExitCode <> 0 then
        failtestf "%s exited with %d: %s%s" name running.ExitCode output.Result errors.Result

    output.Result

/// A running server. Disposing of it kills it and removes its folder.
type RealServer private (running: Process, folder: string, port: int, tlsPort: int, settings: ServerSettings) =

    let log = ConcurrentQueue<string>()

    let ready =
        TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)

    let hear (line: string | null) =
        match line with
        | null -> ready.TrySetResult false |> ignore
        | line ->
            log.Enqueue line

            if line.Contains("Ready to accept connections", StringComparison.Ordinal) then
                ready.TrySetResult true |> ignore

    let password =
        settings.Options
        |> List.tryPick (fun option ->
            match option.Split ' ' with
            | [| "requirepass"; password |] -> Some password
            | _ -> None)

    /// Listens on 127.0.0.1, without TLS.
    member _.Port = port

    /// Listens on 127.0.0.1 too, with TLS, if that was asked for.
    member _.TlsPort = tlsPort

    /// The path of its unix socket, if that was asked for.
    member _.UnixSocket = Path.Combine(folder, "redis.sock")

    /// Its folder, which is gone when it is disposed of.
    member _.Folder = folder

    /// The number of its process.
    member _.ProcessId = running.Id

    /// What it wrote to its log so far.
    member _.Log = List.ofSeq log

    /// Sends it a signal, such as STOP or CONT.
    member _.Signal(name: string) =
        runProgram "kill" [ "-" + name; string running.Id ] [] |> ignore

    /// Kills it, and waits until it is gone.
    member _.Kill() =
        running.Kill()
        running.WaitForExit()

    /// Asks it something through redis-cli, and gives the answer without its last line end.
    member _.Ask([<ParamArray>] words: string array) : string =
        let environment =
            password
            |> Option.map (fun password -> "REDISCLI_AUTH", password)
            |> Option.toList

        let answer =
            runProgram "redis-cli" ([ "-h"; "127.0.0.1"; "-p"; string port ] @ List.ofArray words) environment

        answer.TrimEnd '\n'

    /// Whether it got ready; if not, it is gone.
    member private _.IsReady() =
        running.OutputDataReceived.Add(fun line -> hear line.Data)
        running.BeginOutputReadLine()
        ready.Task.Wait 30_000 && ready.Task.Result

    static member private TryStart(settings: ServerSettings) =
        let folder = Directory.CreateTempSubdirectory("hybrid-replica-server-").FullName
        let port = settings.Port |> ValueOption.defaultWith freePort
        let tlsPort = if settings.Tls.IsSome then freePort () else 0

        let tls =
            match settings.Tls with
            | ValueNone -> []
            | ValueSome files ->
                [
                    $"tls-port {tlsPort}"
                    $"tls-ca-cert-file {files.Authority}"
                    $"tls-cert-file {files.Certificate}"
                    $"tls-key-file {files.Key}"
                ]

        let configuration =
            [
                "bind 127.0.0.1"
                $"port {port}"
                $"dir {folder}"
                "save \"\""
                if settings.HasUnixSocket then
                    "unixsocket " + Path.Combine(folder, "redis.sock")
            ]
            @ tls
            @ settings.Options

        let file = Path.Combine(folder, "redis.conf")
        File.WriteAllLines(file, configuration)

        settings.Snapshot
        |> ValueOption.iter (fun path -> File.Copy(path, Path.Combine(folder, "dump.rdb")))

        match Process.Start(ProcessStartInfo("redis-server", [ file ], RedirectStandardOutput = true)) with
        | null -> failtest "redis-server did not start"
        | running ->
            let server = new RealServer(running, folder, port, tlsPort, settings)

            if server.IsReady() then
                Ok server
            else
                let log = server.Log
                (server :> IDisposable).Dispose()
                Error(String.concat "\n" log)

    /// Starts a server and waits until it answers. Another program may take the port in between, so it is tried again.
    static member Start(settings: ServerSettings) : RealServer =
        requireServer ()

        let rec start tries =
            match RealServer.TryStart settings with
            | Ok server -> server
            | Error _ when tries > 1 -> start (tries - 1)
            | Error log -> failtestf "redis-server did not get ready:\n%s" log

        let server = start 3
        let answer = server.Ask "PING"

        if answer <> "PONG" && not (answer.StartsWith("NOAUTH", StringComparison.Ordinal)) then
            failtestf "redis-server got ready, and answers PING with %s" answer

        server

    interface IDisposable with
        member this.Dispose() =
            if not running.HasExited then
                this.Kill()

            running.Dispose()
            Directory.Delete(folder, true)
