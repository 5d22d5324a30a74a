/// The tool, run as people run it: as a process of its own.
module HybridReplica.Tests.Real.Tool

open System
open System.Diagnostics
open System.IO
open System.Text
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.RealServer

/// The longest that a run may take: long enough for a busy machine, short enough to be noticed.
let private limit = TimeSpan.FromSeconds 90.0

/// How a run ended.
type Ended =
    {
        ExitCode: int
        Output: byte array
        Errors: string
        /// The most memory it had at any time, in bytes.
        PeakMemory: int64
    }

    /// What it wrote to standard output, as text.
    member this.Text = Encoding.UTF8.GetString this.Output

    /// The lines it wrote to standard error.
    member this.ErrorLines =
        this.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

/// Where the tool is.
let path = Path.Combine(AppContext.BaseDirectory, "hybrid-replica")

/// Who is at the other end of its standard output.
type Listener =
    /// Somebody who takes everything as it comes.
    | Eager
    /// Somebody who takes nothing before it has ended.
    | Late
    /// Nobody: the pipe is closed.
    | Gone

/// A run that goes on. Disposing of it kills it.
type Running(running: Process, listener: Listener) =

    let exited = running.WaitForExitAsync()

    let errors = running.StandardError.ReadToEndAsync()

    let output =
        task {
            use bytes = new MemoryStream()

            match listener with
            | Eager -> ()
            | Late -> do! exited
            | Gone -> running.StandardOutput.Close()

            if listener <> Gone then
                do! running.StandardOutput.BaseStream.CopyToAsync bytes

            return bytes.ToArray()
        }

    let ended =
        task {
            let mutable peak = 0L

            while not exited.IsCompleted do
                peak <- max peak (PeakMemory.ofProcess running.Id)
                let! _ = Task.WhenAny(exited, Task.Delay 20)
                ()

            let! output = output
            let! errors = errors

            return
                {
                    ExitCode = running.ExitCode
                    Output = output
                    Errors = errors
                    PeakMemory = peak
                }
        }

    /// The number of its process.
    member _.ProcessId = running.Id

    /// Sends it a signal, such as INT.
    member _.Signal(name: string) =
        runProgram "kill" [ "-" + name; string running.Id ] [] |> ignore

    /// Whether it has ended.
    member _.HasEnded = running.HasExited

    /// How it ended. Fails when it does not, in the time that anything may take.
    member _.Wait() : Ended =
        if ended.Wait limit then
            ended.Result
        else
            failtest "the tool did not come to an end"

    interface IDisposable with
        member _.Dispose() =
            if not running.HasExited then
                running.Kill()
                running.WaitForExit()

            running.Dispose()

/// Starts a program that is the tool, or becomes it. No password of whoever runs the tests gets to it.
let startFor
    (listener: Listener)
    (program: string)
    (arguments: string list)
    (environment: (string * string) list)
    : Running =
    let start =
        ProcessStartInfo(program, arguments, RedirectStandardOutput = true, RedirectStandardError = true)

    start.Environment.Remove "REDISCLI_AUTH" |> ignore

    for key, value in environment do
        start.Environment[key] <- value

    match Process.Start start with
    | null -> failtestf "%s did not start" program
    | started -> new Running(started, listener)

/// Starts a program that is the tool, or becomes it.
let startAs program arguments environment =
    startFor Eager program arguments environment

/// Starts the tool, in this environment.
let startWith environment arguments = startAs path arguments environment

/// Starts the tool.
let start arguments = startWith [] arguments

/// Runs a program that is the tool, or becomes it, to its end.
let runAs program arguments environment =
    use running = startAs program arguments environment
    running.Wait()

/// Runs the tool to its end, in this environment.
let runWith environment arguments = runAs path arguments environment

/// Runs the tool to its end.
let run arguments = runWith [] arguments

/// Fails unless it ended with this exit code.
let endsWith (exitCode: int) (ended: Ended) =
    if ended.ExitCode <> exitCode then
        failtestf "the exit code is %d, and not %d: %s%s" ended.ExitCode exitCode ended.Text ended.Errors

/// Fails unless it ended well, without a word.
let endsSilently (ended: Ended) =
    endsWith 0 ended
    Expect.equal ended.Errors "" "standard error"
    Expect.equal ended.Text "" "standard output"

/// Fails unless it ended with this exit code and one line on standard error that says these things, and how to go on.
let complains (exitCode: int) (said: string list) (ended: Ended) =
    endsWith exitCode ended
    Expect.hasLength ended.ErrorLines 1 $"lines on standard error: {ended.Errors}"
    Expect.stringStarts ended.Errors "hybrid-replica: " "the name of the one who complains"
    Expect.stringEnds ended.Errors ".\n" "the end of the sentence"
    Expect.stringContains ended.Errors "; " "what happened; what to try"
    Expect.equal ended.Text "" "standard output"

    for words in said do
        Expect.stringContains ended.Errors words "what it says"
