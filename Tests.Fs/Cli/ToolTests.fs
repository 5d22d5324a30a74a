/// The tool as people run it: arguments, an exit code, and what it says.
module HybridReplica.Tests.ToolTests

open System
open System.Diagnostics
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching

/// How a run of the tool ended.
type private Run =
    {
        ExitCode: int
        /// What stands on standard error, line by line.
        Complaints: string list
    }

let private start (arguments: string list) =
    let tool = Path.Combine(AppContext.BaseDirectory, "hybrid-replica.dll")

    ProcessStartInfo("dotnet", tool :: arguments, RedirectStandardOutput = true, RedirectStandardError = true)
    |> Process.Start
    |> nonNull

let private endOf (tool: Process) : Task<Run> =
    task {
        try
            let! complaints = inTime (tool.StandardError.ReadToEndAsync())
            do! tool.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds 10.0)

            return
                {
                    ExitCode = tool.ExitCode
                    Complaints = complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
                }
        finally
            tool.Kill()
    }

let private run arguments =
    task {
        use tool = start arguments
        return! endOf tool
    }

/// Ends with this number and one line that says so much, and leaves the target alone.
let private fails name exitCode (word: string) (arguments: Place -> string list) =
    testCaseTask name (fun () ->
        task {
            use place = new Place()
            let! ended = run ("backup" :: "-o" :: place.Target :: arguments place)
            Expect.hasLength ended.Complaints 1 $"lines on standard error: %A{ended.Complaints}"
            Expect.stringContains ended.Complaints.Head word "the line"
            Expect.equal ended.ExitCode exitCode "the exit code"
            place.IsUntouched()
        })

let private usage =
    testList
        "usage"
        [
            fails "a dialect that there is not" 2 "dialect" (fun _ -> [ "--dialect"; "redis5" ])
            fails "a URI that is none" 2 "URI" (fun _ -> [ "redis://a b" ])
            fails "a URI of something else" 2 "redis://" (fun _ -> [ "http://127.0.0.1" ])
            fails "a password file that is not there" 2 "password" (fun place ->
                [ "--password-file"; Path.Combine(place.Folder, "none") ])
            fails "an authority that is not there" 2 "CA" (fun place ->
                [ "rediss://127.0.0.1:1"; "--tls-ca"; Path.Combine(place.Folder, "none") ])
            fails "a number that is none" 2 "--attempts" (fun _ -> [ "--attempts"; "many" ])
            fails "an option that there is not" 2 "--frobnicate" (fun _ -> [ "--frobnicate" ])
        ]

let private passwords =
    testCaseTask "a password from a pipe is read once, however it ends" (fun () ->
        task {
            if not (OperatingSystem.IsWindows()) then
                use place = new Place()
                let pipe = Path.Combine(place.Folder, "password")
                use made = Process.Start("mkfifo", pipe)
                do! made.WaitForExitAsync()

                use tool =
                    start
                        [
                            "backup"
                            $"redis://127.0.0.1:{freePort ()}"
                            "--attempts"
                            "1"
                            "--password-file"
                            pipe
                            "-o"
                            place.Target
                        ]

                // Nobody can write to a named pipe before somebody reads it.
                do! Task.Run(fun () -> File.WriteAllText(pipe, "secret\n")).WaitAsync(TimeSpan.FromSeconds 10.0)
                let! ended = endOf tool
                Expect.hasLength ended.Complaints 1 $"lines on standard error: %A{ended.Complaints}"
                Expect.stringContains ended.Complaints.Head "refused" "the line"
                Expect.equal ended.ExitCode 3 "the exit code"
        })

let tests = testList "tool" [ usage; passwords ]
