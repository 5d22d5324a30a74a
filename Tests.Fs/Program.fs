module HybridReplica.Tests.Program

open System
open Expecto

let private all =
    testList
        "HybridReplica"
        [
            StandInTests.tests
            TidyTests.tests
            Crc64Tests.tests
            RdbCheckTests.tests
            RdbFileTests.tests
            StreamDatabaseTests.tests
            LzfTests.tests
            PackedTests.tests
            RdbWordingTests.tests
            EntryAssemblyTests.tests
            DumpPayloadTests.tests
            RdbReadingTests.tests
            RdbTroubleTests.tests
            RdbAssemblyProperties.tests
            RdbMutationTests.tests
            MasterRequestTests.tests
            MasterTests.tests
            MasterStreamTests.tests
            MasterFollowingTests.tests
            MasterCaptureTests.tests
            OvertakingTests.tests
            SimulationTests.tests
            FollowingSimulationTests.tests
            PrintableTests.tests
            PositionTests.tests
            ReplyTests.tests
            SettingsTests.tests
            RequestTests.tests
            JitterTests.tests
            FramingTests.tests
            StreamGrammarTests.tests
            StreamScannerProperties.tests
            StreamScannerTests.tests
            HandshakeTests.tests
            TransitionProperties.tests
            TimeProperties.tests
            SnapshotProperties.tests
            AcknowledgementProperties.tests
            ResumeProperties.tests
            JoiningTests.tests
            WantedSnapshotTests.tests
            FollowingTests.tests
            StreamPiecesTests.tests
            FaultTests.tests
            WalkTests.tests
            TranscriptTests.tests
            ScenarioTests.tests
            CaptureTests.tests
            EmbeddingTests.tests
            FetchTests.tests
            FailureTests.tests
            CancellationTests.tests
            TlsTests.tests
            OptionsTests.tests
            LogTests.tests
            ShellPartsTests.tests
            PositionStoreTests.tests
            FormatTests.tests
            FilterTests.tests
            ExactlyOnceTests.tests
            FollowerTests.tests
            RdbReaderTests.tests
            RdbReaderEndTests.tests
            RdbReaderMemoryTests.tests
            EntryReadingTests.tests
            PrefixTreeTests.tests
            SummaryTests.tests
            RedisSourceTests.tests
            RowTests.tests
            PurityTests.tests
            SurfaceTests.tests
            Real.StreamTests.tests
            Real.PureMasterTests.tests
            Real.BackupTests.tests
            Real.CredentialTests.tests
            Real.RealTlsTests.tests
            Real.InterruptionTests.tests
            Real.LargeTests.tests
            Real.OutputTests.tests
            Real.DiskTests.tests
            Real.BadMasterTests.tests
            Real.UsageTests.tests
            Real.ReplayTests.tests
            Real.DemoTests.tests
            Real.FollowToolTests.tests
            Real.FollowCopyTests.tests
            Real.FollowCommandTests.tests
            Real.FollowPatienceTests.tests
            Real.FollowOutageTests.tests
            Real.FollowFailoverTests.tests
            Real.FollowWaitTests.tests
            Real.FollowCancellationTests.tests
            Real.FollowLargeTests.tests
            Real.FollowEntriesTests.tests
            Real.FollowBadInputTests.tests
            Real.FollowBrokenTests.tests
            ToolTests.tests
            ReadmeTests.tests
            LinkTests.tests
            OutputTests.tests
            Following.StreamBufferTests.tests
            Following.BufferThreadsTests.tests
            Following.SpoolTests.tests
            Following.HealthTests.tests
            Following.MetricsTests.tests
            Following.CommandDecoderTests.tests
            Following.LeavingTests.tests
            Following.SnapshotEntriesTests.tests
            Real.MetricsTests.tests
        ]

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "benchmark" :: which -> Benchmarks.Benchmarks.run which
    // Many tests wait for servers most of their time.
    | _ -> runTestsWithCLIArgs [ Parallel_Workers(2 * Environment.ProcessorCount) ] arguments all
